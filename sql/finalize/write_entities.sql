-- write_entities: store created and updated entities with their claims, and delete
-- those that left. An unchanged entity keeps its row as it is, dates included.
-- Nothing is updated before it was created, also where the clock has gone back.
-- kind: mutate
-- params: lens_id, written_at
delete from entity_claim
where
    lens_id = $lens_id
    and (
        entity_id in (select entity_id from touched_entity)
        or entity_id in (select entity_id from staged_entity)
    )
;

insert into entity_claim by name
select *
from staged_claim
;

create or replace temporary table former as
select entity.entity_id, entity.created_at
from entity
inner join staged_entity using (entity_id)
;

delete from entity
where
    lens_id = $lens_id
    and (
        entity_id in (select entity_id from staged_entity where change != 'unchanged')
        or entity_id in (
            select entity_id
            from touched_entity
            anti join staged_entity using (entity_id)
        )
    )
;

insert into entity by name
select
    staged_entity.* exclude (group_key, change),
    coalesce(former.created_at, $written_at) as created_at,
    greatest($written_at, coalesce(former.created_at, $written_at)) as updated_at
from staged_entity
left join former using (entity_id)
where staged_entity.change != 'unchanged'
;
