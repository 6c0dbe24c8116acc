-- part_link: one row per piece of something larger, with the record it is a piece of.
-- A piece inside an outline belongs to it; an outline that is itself a piece hands on
-- to
-- what it belongs to. Else the nearest whole thing of the same activity takes it.
-- reads: feature, part_container, part_neighbour
-- grain: part_key
with
    parts as (
        select record_key as part_key, entity_name
        from feature
        where part_kind is not null
    ),

    first_parent as (
        select
            parts.part_key,
            coalesce(container_key, whole_key) as parent_key,
            container_kind,
            container_key is not null as is_contained,
            gap_m,
            reach_m
        from parts
        left join part_container using (part_key)
        left join part_neighbour using (part_key)
    ),

    handed_on as (
        select
            mine.part_key,
            case
                when mine.container_kind is null
                then mine.parent_key
                when theirs.parent_key is not null
                then theirs.parent_key
                when container.entity_name is not null
                then mine.parent_key
                -- Inside an unnamed area that belongs to nothing.
                else part_neighbour.whole_key
            end as whole_key,
            mine.is_contained,
            mine.gap_m,
            mine.reach_m
        from first_parent as mine
        left join first_parent as theirs on mine.parent_key = theirs.part_key
        left join feature as container on mine.parent_key = container.record_key
        left join part_neighbour on mine.part_key = part_neighbour.part_key
    )

select
    part_key,
    whole_key,
    case
        when is_contained
        then 'lies inside its outline'
        else
            format(
                '{:.0f} m away, within both accuracies ({:.0f} m), same activity',
                gap_m,
                reach_m
            )
    end as evidence
from handed_on
where whole_key is not null
