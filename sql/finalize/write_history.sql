-- write_history: record every change of identity with its cause, and where moved names
-- lead. A redirect from an id or slug that is in use again is deleted.
-- kind: mutate
-- params: lens_id, run_id
insert into entity_history by name
select
    $run_id as run_id,
    $lens_id as lens_id,
    entity_id,
    event,
    other_id,
    cause
from staged_history
;

insert or replace into entity_redirect by name
select $lens_id as lens_id, old_name as "from", new_name as "to"
from staged_redirect
;

delete from entity_redirect
where
    lens_id = $lens_id
    and (
        "from" in (select entity_id from entity_member where lens_id = $lens_id)
        or "from" in (select slug from entity where lens_id = $lens_id)
    )
;
