-- taken_slug: one row per slug that an entity has or had; it never changes hands.
-- reads: entity, entity_redirect
-- params: lens_id
-- grain: slug
with
    former as (
        select "from" as slug, "to" as entity_id
        from entity_redirect
        where lens_id = $lens_id and "from" not in (select slug from entity)
    )

select slug, entity_id
from entity
where lens_id = $lens_id
union all
select slug, entity_id
from former
order by slug
