-- entity_found: one row per entity that a slug or id names, now or before it moved.
-- Redirects are followed through any number of moves.
-- reads: entity, entity_redirect
-- params: lens_id, name
-- grain: entity_id
with recursive
    led as (
        select "to" as entity_id
        from entity_redirect
        where lens_id = $lens_id and "from" = $name
        union
        select entity_redirect."to" as entity_id
        from led
        inner join entity_redirect on led.entity_id = entity_redirect."from"
        where entity_redirect.lens_id = $lens_id
    )

select *
from entity
where
    lens_id = $lens_id
    and (slug = $name or entity_id = $name or entity_id in (select entity_id from led))
order by slug
