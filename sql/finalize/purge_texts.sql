-- purge_texts: delete what only purged payloads knew from rows that stay: slugs that
-- were or that lead on, causes of renaming, reports of runs.
-- kind: mutate
delete from entity_redirect
where "from" in (select text from gone_text)
;

update entity_history
set cause = 'a slug made from an answer that was purged'
where cause in (select text from gone_text)
;

update entity_history
set other_id = null
where event = 'renamed' and other_id in (select text from gone_text)
;

update orchestration_run
set report = scrubbed_report.report::json
from scrubbed_report
where orchestration_run.run_id = scrubbed_report.run_id
;
