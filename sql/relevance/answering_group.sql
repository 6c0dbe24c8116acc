-- answering_group: one row per group that answers the query, judged by all its records:
-- one source may hold the name, another the place. A group that is called exactly what
-- was asked for answers alone. Otherwise its names must hold every proper word and
-- brand
-- asked for, allowing for spelling, save what its address holds; and it needs one of
-- the
-- activities and kinds of place asked for, where a kind may also be a word of a name.
-- It
-- must lie in a place asked for: by position or, without one, by name or address.
-- Mentions never answer.
-- reads: feature, grouping, wanted_place
-- params: called, name_words, activities, venue_types
-- grain: group_key
with
    listings as (
        select grouping.group_key, feature.*
        from feature
        inner join grouping using (record_key)
        where feature.role = 'listing'
    ),

    placed as (
        select distinct listings.group_key
        from listings
        inner join
            wanted_place
            on (
                listings.latitude between wanted_place.south and wanted_place.north
                and listings.longitude between wanted_place.west and wanted_place.east
            )
            or (
                listings.latitude is null
                -- The unnamed place is everywhere.
                and (
                    wanted_place.place = ''
                    or list_contains(listings.place_words, wanted_place.place)
                )
            )
    ),

    described as (
        select
            group_key,
            bool_or(coalesce(name_key = $called, false)) as is_called,
            gathered(list(string_split(name_key, ' '))) as spelt_words,
            gathered(list(map_keys(map_from_entries(words)))) as name_words,
            gathered(list(address_words)) as address_words,
            gathered(list(canonical_activities)) as activities,
            gathered(list(canonical_place_types)) as place_types
        from listings
        group by group_key
    ),

    judged as (
        select
            group_key,
            is_called,
            list_filter(
                $name_words,
                lambda wanted:list_contains(name_words, wanted)
                or len(
                    list_filter(
                        spelt_words,
                        lambda said:jaro_winkler_similarity(said, wanted) >= 0.92
                    )
                )
                > 0
            ) as named_words,
            len($name_words) = 0
            or (
                len(named_words) > 0
                and list_has_all(list_concat(named_words, address_words), $name_words)
            ) as has_name,
            len($activities) = 0
            or list_has_any(activities, $activities) as has_activity,
            len($venue_types) = 0
            or list_has_any(
                list_concat(place_types, name_words), $venue_types
            ) as has_venue
        from described
    )

select group_key
from judged
where is_called
union all
select judged.group_key
from judged
semi join placed using (group_key)
where
    has_name
    and has_activity
    and has_venue
    and not exists (select 1 from judged as other where other.is_called)
