-- stored_member: one row per record with the entity it belongs to.
-- reads: entity_member
-- params: lens_id
-- grain: record_key
select record_key, entity_id
from entity_member
where lens_id = $lens_id
order by record_key
