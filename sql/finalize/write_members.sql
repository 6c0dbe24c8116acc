-- write_members: replace the members and relations of every record and entity that a
-- build decided about.
-- kind: mutate
-- params: lens_id, is_whole
delete from entity_member
where
    lens_id = $lens_id
    and (
        $is_whole
        or record_key in (select record_key from decided_record)
        or entity_id in (select entity_id from touched_entity)
    )
;

insert into entity_member by name
select *
from staged_member
;

delete from entity_relation
where
    lens_id = $lens_id
    and (
        $is_whole
        or from_id in (select record_key from decided_record)
        or to_id in (select entity_id from touched_entity)
    )
;

insert into entity_relation by name
select *
from staged_relation
;
