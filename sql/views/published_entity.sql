-- published_entity: one row per entity of a lens, as it is published.
-- reads: entity
-- params: lens_id
-- grain: entity_id
select * exclude (created_at, updated_at)
from entity
where lens_id = $lens_id
order by slug
