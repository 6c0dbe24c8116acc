-- part_link: one row per piece of something larger, with the record it is a piece of.
-- A piece inside an outline belongs to it; an outline that is itself a piece hands on
-- to what it belongs to, however many lie in one another. Where that ends at an area
-- that is nothing by itself, or no outline holds the piece, the nearest whole thing of
-- the same activity takes it.
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

    -- An area without a word of its own is nothing that could hold its pieces.
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
