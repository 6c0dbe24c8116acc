-- record_name: one row per payload and name that it gave a record, an entity it speaks
-- for, or that entity's slug.
-- reads: extracted_entity, entity, entity_claim
-- grain: payload_id, name
select payload_id, entity_name as name
from extracted_entity
where entity_name is not null
union
select entity_claim.payload_id, entity.entity_name as name
from entity_claim
inner join entity using (entity_id)
where entity.entity_name is not null
union
select entity_claim.payload_id, entity.slug as name
from entity_claim
inner join entity using (entity_id)
order by payload_id, name
