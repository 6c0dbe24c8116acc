-- taken_slug: one row per slug that an entity has or had, and the id that may use it.
-- The slug of a merged entity is free for its heirs, and for itself if it comes back.
-- reads: entity, entity_redirect
-- params: lens_id
-- grain: slug, entity_id
with recursive
    redirects as (
        select "from" as name, "to" as entity_id
        from entity_redirect
        where lens_id = $lens_id
    ),

    led as (
        select name as slug, entity_id
        from redirects
        union
        select led.slug, redirects.entity_id
        from led
        inner join redirects on led.entity_id = redirects.name
    ),

    present as (select slug, entity_id from entity where lens_id = $lens_id)

select slug, entity_id
from present
union all
select slug, entity_id
from led
anti join present using (slug)
order by slug, entity_id
