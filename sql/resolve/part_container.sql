-- part_container: one row per part that lies inside an outline, with the smallest one.
-- A unit belongs to any outline around it, an area only where its name, if it has one,
-- fits. An outline contains only what is smaller than itself, so two overlapping areas
-- never contain each other.
-- reads: feature, outline
-- grain: part_key
with
    held as (
        select
            part.record_key as part_key,
            outline.record_key as container_key,
            row_number() over (
                partition by part.record_key order by outline.extent, outline.record_key
            ) as preference
        from feature as part
        inner join
            outline
            on part.latitude between outline.south and outline.north
            and part.longitude between outline.west and outline.east
            and part.record_key != outline.record_key
        inner join feature as whole on outline.record_key = whole.record_key
        left join outline as own on part.record_key = own.record_key
        where
            part.part_kind is not null
            and coalesce(own.extent, 0) < outline.extent
            and (part.part_kind = 'unit' or is_part_of(part, whole))
            and outline_contains(outline.footprint, part.latitude, part.longitude)
    )

select part_key, container_key
from held
where preference = 1
