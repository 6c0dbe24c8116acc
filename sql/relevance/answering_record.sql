-- answering_record: one row per record that answers the query by itself. Its name must
-- hold every proper word and brand asked for, allowing for spelling. It must have one
-- of the activities and kinds of place asked for; a kind may also be a word of its
-- name. It must lie in a place asked for: by position or, without one, by name or
-- address. An unnamed part answers only a query without names. Mentions never answer.
-- reads: feature, wanted_place
-- params: name_words, activities, venue_types
-- grain: record_key
with
    placed as (
        select distinct feature.record_key
        from feature
        inner join
            wanted_place
            on (
                feature.latitude between wanted_place.south and wanted_place.north
                and feature.longitude between wanted_place.west and wanted_place.east
            )
            or (
                feature.latitude is null
                -- The unnamed place is everywhere.
                and (
                    wanted_place.place = ''
                    or list_contains(feature.place_words, wanted_place.place)
                )
            )
    ),

    judged as (
        select
            record_key,
            part_kind,
            entity_name is not null
            and len(
                list_filter(
                    $name_words,
                    lambda wanted:
                    not (
                        list_contains(map_keys(map_from_entries(words)), wanted)
                        or len(
                            list_filter(
                                string_split(name_key, ' '),
                                lambda said:jaro_winkler_similarity(said, wanted)
                                >= 0.92
                            )
                        )
                        > 0
                    )
                )
            )
            = 0 as has_name,
            len($activities) = 0
            or list_has_any(canonical_activities, $activities) as has_activity,
            len($venue_types) = 0
            or list_has_any(canonical_place_types, $venue_types)
            or list_has_any(
                map_keys(map_from_entries(words)), $venue_types
            ) as has_venue
        from feature
        where role = 'listing'
    )

select judged.record_key
from judged
semi join placed using (record_key)
where
    has_activity
    and has_venue
    and (has_name or (len($name_words) = 0 and part_kind is not null))
