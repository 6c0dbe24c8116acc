-- entity_suggestion: one row per slug of a lens, nearest to a text first.
-- reads: entity
-- params: lens_id, name
-- grain: slug
select slug
from entity
where lens_id = $lens_id
order by jaro_winkler_similarity(slug, $name) desc, slug
limit 3
