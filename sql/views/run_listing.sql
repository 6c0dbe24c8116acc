-- run_listing: one row per run of a lens, newest first.
-- reads: orchestration_run
-- params: lens_id
-- grain: run_id
select
    run_id,
    query,
    mode,
    status,
    started_at,
    finished_at,
    candidates_found,
    entities_accepted,
    report
from orchestration_run
where lens_id = $lens_id
order by started_at desc, run_id
