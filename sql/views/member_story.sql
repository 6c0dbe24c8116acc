-- member_story: one row per record of an entity: its members, mentions and parts.
-- reads: entity_member, entity_relation, extracted_entity
-- params: lens_id, entity_id
-- grain: record_key
with
    placed as (
        select record_key, 'member' as standing, null::json as evidence
        from entity_member
        where lens_id = $lens_id and entity_id = $entity_id
        union all
        select from_id as record_key, relation as standing, evidence
        from entity_relation
        where lens_id = $lens_id and to_id = $entity_id
    )

select
    placed.record_key,
    case
        when extracted_entity.role = 'mention' then 'mention' else placed.standing
    end as standing,
    extracted_entity.source,
    extracted_entity.entity_name,
    extracted_entity.payload_id,
    extracted_entity.json_pointer,
    extracted_entity.derived_from,
    placed.evidence
from placed
inner join extracted_entity using (record_key)
where extracted_entity.lens_id = $lens_id
order by standing, extracted_entity.source, placed.record_key
