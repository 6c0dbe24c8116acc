-- part_neighbour: one row per part with the nearest whole of the same activity within
-- both positions' accuracy. A named part must also fit the whole's name.
-- reads: feature
-- grain: part_key
with
    wholes as (
        select *
        from feature
        where
            role = 'listing'
            and part_kind is null
            and entity_name is not null
            and latitude is not null
    ),

    near as (
        select
            part.record_key as part_key,
            wholes.record_key as whole_key,
            distance_m(
                part.latitude, part.longitude, wholes.latitude, wholes.longitude
            ) as gap_m,
            part.accuracy_m + wholes.accuracy_m as reach_m,
            is_part_of(part, wholes) as is_name_fit
        from feature as part
        inner join
            wholes
            on abs(part.latitude - wholes.latitude) < 0.005
            and abs(part.longitude - wholes.longitude) < 0.01
        where
            part.part_kind is not null
            and list_has_any(part.canonical_activities, wholes.canonical_activities)
    )

select
    part_key,
    whole_key,
    format(
        '{:.0f} m away, within both accuracies ({:.0f} m), same activity',
        gap_m,
        reach_m
    ) as evidence
from near
where gap_m <= reach_m and is_name_fit
qualify row_number() over (partition by part_key order by gap_m, whole_key) = 1
