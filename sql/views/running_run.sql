-- running_run: one row per run that has not told its end.
-- reads: orchestration_run
-- grain: run_id
select * from orchestration_run where status = 'running' order by run_id
