-- part_link: one row per part with the record it is a part of. A part inside an
-- outline belongs to it; where that outline is itself a part, to what the outline
-- belongs to, through any number of levels. Where this ends at an area that is no
-- entity of its own, or no outline contains the part, the nearest whole of the same
-- activity takes it.
-- reads: feature, part_container, part_neighbour
-- grain: part_key
with recursive
    parents as (
        select
            part.record_key as part_key,
            coalesce(
                part_container.container_key, part_neighbour.whole_key
            ) as parent_key,
            part_container.container_key is not null as is_contained,
            case
                when part_container.container_key is not null
                then 'lies inside its outline'
                else part_neighbour.evidence
            end as evidence
        from feature as part
        left join part_container on part.record_key = part_container.part_key
        left join part_neighbour on part.record_key = part_neighbour.part_key
        where part.part_kind is not null and parent_key is not null
    ),

    climbed as (
        select part_key, parent_key as whole_key, evidence
        from parents
        union all
        select
            climbed.part_key,
            parents.parent_key as whole_key,
            case when parents.is_contained then '' else 'lies in an area ' end
            || parents.evidence as evidence
        from climbed
        inner join parents on climbed.whole_key = parents.part_key
    ),

    -- An area without an identifying word is no entity, so it takes no parts.
    topped as (
        select climbed.part_key, climbed.whole_key, climbed.evidence
        from climbed
        inner join feature as whole on climbed.whole_key = whole.record_key
        anti join parents on climbed.whole_key = parents.part_key
        where whole.part_kind is null or len(whole.identifying_words) > 0
    )

select part_key, whole_key, evidence
from topped
union all
select part_neighbour.part_key, part_neighbour.whole_key, part_neighbour.evidence
from part_neighbour
anti join topped using (part_key)
