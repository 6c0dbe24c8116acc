-- told_text: one row per text outside the records in which a name may stand: reports of
-- runs, causes of changes, slugs that were or that lead on. `key` is a report's run.
-- reads: orchestration_run, entity_history, entity_redirect
-- grain: kind, key
select 'report' as kind, run_id as key, report::varchar as text
from orchestration_run
where report is not null
union
select 'cause' as kind, cause as key, cause as text
from entity_history
where event = 'renamed'
union
select 'slug' as kind, other_id as key, other_id as text
from entity_history
where event = 'renamed' and other_id is not null
union
select 'slug' as kind, "from" as key, "from" as text
from entity_redirect
order by kind, key
