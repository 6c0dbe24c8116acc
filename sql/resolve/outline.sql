-- outline: one row per record that is drawn as an area, with the box around it. A unit
-- is not an outline: a pitch contains nothing.
-- reads: feature
-- grain: record_key
with
    corners as (
        select
            record_key,
            part_kind,
            footprint,
            [e[1] for e in footprint] as lats,
            [e[2] for e in footprint] as lons
        from feature
        where
            footprint is not null
            and role = 'listing'
            and part_kind is distinct from 'unit'
    )

select
    record_key,
    part_kind,
    footprint,
    list_min(lats) as south,
    list_max(lats) as north,
    list_min(lons) as west,
    list_max(lons) as east,
    (list_max(lats) - list_min(lats)) * (list_max(lons) - list_min(lons)) as extent
from corners
