-- moved_entity: one row per stored entity of these records that leaves the directory.
-- Its records joined another entity (a merge, which leaves a redirect), or are gone, or
-- are still together but no longer admitted by the lens (is_refused). A mention that
-- moves to another entity does not count.
-- reads: entity_identity, group_member, slug_choice, stored_member, stored_entity
-- reads: touched_entity
-- grain: entity_id
with
    orphaned as (
        select entity_id from touched_entity anti join entity_identity using (entity_id)
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
        where group_member.standing != 'mention'
        group by orphaned.entity_id, entity_identity.entity_id
    ),

    first_heirs as (
        select entity_id, heir_id
        from heirs
        qualify
            row_number() over (partition by entity_id order by records desc, heir_id)
            = 1
    )

select orphaned.entity_id, first_heirs.heir_id, stored_entity.slug, false as is_refused
from orphaned
left join first_heirs using (entity_id)
left join stored_entity using (entity_id)
union all
select
    stored_entity.entity_id,
    null::varchar as heir_id,
    stored_entity.slug,
    true as is_refused
from stored_entity
inner join entity_identity using (entity_id)
anti join slug_choice using (group_key)
