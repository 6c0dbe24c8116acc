-- generation: how many runs have ended, in one row.
-- reads: orchestration_run
-- grain: generation
select count(*) as generation from orchestration_run where finished_at is not null
