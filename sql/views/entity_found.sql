-- entity_found: one row per entity that a slug or id names, now or before it moved.
-- reads: entity, entity_redirect
-- params: lens_id, name
-- grain: entity_id
with
    led as (
        select coalesce(further."to", first."to") as entity_id
        from entity_redirect as first
        left join
            entity_redirect as further
            on first."to" = further."from"
            and further.lens_id = $lens_id
        where first.lens_id = $lens_id and first."from" = $name
    )

select *
from entity
where
    lens_id = $lens_id
    and (slug = $name or entity_id = $name or entity_id in (select entity_id from led))
order by slug
