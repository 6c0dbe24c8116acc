-- moved_entity: one row per stored entity of these records that no group carries on.
-- Its records went to another entity (a merge leaves a redirect) or are gone (retired).
-- reads: entity_identity, group_member, stored_member, stored_entity, touched_entity
-- grain: entity_id
with
    orphaned as (
        select touched_entity.entity_id
        from touched_entity
        left join entity_identity using (entity_id)
        where entity_identity.entity_id is null
    ),

    heirs as (
        select
            orphaned.entity_id,
            entity_identity.entity_id as heir_id,
            count(*) as records
        from orphaned
        inner join stored_member using (entity_id)
        inner join group_member using (record_key)
        inner join entity_identity using (group_key)
        group by orphaned.entity_id, entity_identity.entity_id
    )

select orphaned.entity_id, heirs.heir_id, stored_entity.slug
from orphaned
left join heirs using (entity_id)
left join stored_entity using (entity_id)
qualify
    row_number() over (
        partition by orphaned.entity_id order by heirs.records desc, heirs.heir_id
    )
    = 1
