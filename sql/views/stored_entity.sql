-- stored_entity: one row per entity of a lens with what a new build is compared with.
-- reads: entity
-- params: lens_id
-- grain: entity_id
select entity_id, slug, entity_name, content_hash, created_at, updated_at
from entity
where lens_id = $lens_id
order by entity_id
