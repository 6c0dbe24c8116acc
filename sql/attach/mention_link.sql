-- mention_link: one row per mention that fits exactly one group, by name and place. The
-- page's title must hold the needed words of one of the group's names. Where the page
-- names places, the group must lie in one of the narrowest. The name that the page
-- covers best wins; a tie between groups attaches the mention to neither.
-- reads: mention, group_name, group_place
-- grain: record_key
with
    named as (
        select
            mention.record_key,
            mention.places,
            group_name.group_key,
            list_sum(
                [
                    w.value for w
                    in group_name.words if list_contains(mention.words, w.key)
                ]
            )
            / group_name.weight as coverage,
            group_name.weight
        from mention
        inner join
            group_name on list_has_all(mention.title_words, group_name.needed_words)
    ),

    placed as (
        select *
        from named
        where
            len(places) = 0
            or exists (
                select 1
                from group_place
                where
                    group_place.group_key = named.group_key
                    and list_contains(named.places, group_place.place)
            )
    ),

    best as (
        select
            record_key,
            group_key,
            max({'coverage':coverage, 'weight':weight}) as covered
        from placed
        group by record_key, group_key
    )

select record_key, group_key
from best
qualify
    rank() over (partition by record_key order by covered desc) = 1
    and count(*) over (partition by record_key, covered) = 1
