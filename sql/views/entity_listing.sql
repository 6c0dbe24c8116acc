-- entity_listing: one row per entity of a lens whose name contains a text.
-- reads: entity
-- params: lens_id, like
-- grain: slug
select
    slug,
    entity_name,
    canonical_activities as activities,
    len(json_extract_string(source_info, '$.discovered_by[*]')) as sources,
    completeness,
    entity_id
from entity
where lens_id = $lens_id and contains(lower(entity_name), lower($like))
order by slug
