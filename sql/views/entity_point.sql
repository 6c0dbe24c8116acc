-- entity_point: one row per entity of a lens that has a position.
-- reads: entity
-- params: lens_id
-- grain: slug
select
    slug,
    entity_name,
    latitude,
    longitude,
    canonical_activities as activities,
    canonical_place_types as place_types,
    completeness
from entity
where lens_id = $lens_id and latitude is not null
order by slug
