-- history_story: one row per change of an entity's identity, oldest first.
-- reads: entity_history, orchestration_run
-- params: lens_id, entity_id
-- grain: run_id, event, other_id
select
    entity_history.run_id,
    orchestration_run.started_at,
    entity_history.event,
    entity_history.other_id,
    entity_history.cause
from entity_history
left join orchestration_run using (run_id)
where
    entity_history.lens_id = $lens_id
    and (entity_history.entity_id = $entity_id or entity_history.other_id = $entity_id)
order by orchestration_run.started_at, entity_history.run_id, entity_history.event
