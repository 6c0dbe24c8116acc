-- part_container: one row per piece that lies inside an outline, with the smallest
-- one. Whatever is drawn as a unit belongs there; a named area only if it is named
-- after it. An outline holds only what is smaller than itself, so two areas that
-- overlap never hold each other.
-- reads: feature, outline
-- grain: part_key
with
    held as (
        select
            part.record_key as part_key,
            outline.record_key as container_key,
            outline.part_kind as container_kind,
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
            and (part.part_kind = 'unit' or is_piece_of(part, whole))
            and outline_contains(outline.footprint, part.latitude, part.longitude)
    )

select part_key, container_key, container_kind
from held
where preference = 1
