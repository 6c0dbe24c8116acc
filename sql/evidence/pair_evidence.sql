-- pair_evidence: one row per compared pair with the level reached by each evidence.
-- The cut-offs between levels are here, their weights in config/resolution.yaml. Words
-- weigh what the lens's vocabulary says. A position is held against the other's outline
-- where there is one, for the middle of a large ground may be far from its gate; but a
-- ground holds many things, so that to lie in it is `near` and no more. A missing value
-- leaves its level null.
-- reads: compared_pair, comparable, strong_id
-- grain: left_key, right_key
with
    ids as (
        select pair.left_key, pair.right_key, bool_or(l.id = r.id) as is_shared
        from compared_pair as pair
        inner join strong_id as l on pair.left_key = l.record_key
        inner join
            strong_id as r on pair.right_key = r.record_key and l.scheme = r.scheme
        group by pair.left_key, pair.right_key
    ),

    measured as (
        select
            pair.left_key,
            pair.right_key,
            ids.is_shared,
            l.name_key = r.name_key or l.compact_name = r.compact_name as is_same_name,
            jaro_winkler_similarity(l.name_key, r.name_key) as spelling,
            list_sort(
                list_intersect(map_keys(l.words), map_keys(r.words))
            ) as shared_words,
            list_sum(map_values(l.words)) as left_weight,
            list_sum(map_values(r.words)) as right_weight,
            coalesce(
                list_sum(
                    [
                        l.words[w] for w
                        in list_intersect(map_keys(l.words), map_keys(r.words))
                    ]
                ),
                0
            ) as shared_weight,
            coalesce(
                list_max(
                    [
                        l.words[w] for w
                        in list_intersect(map_keys(l.words), map_keys(r.words))
                    ]
                ),
                0
            ) as heaviest,
            distance_m(l.latitude, l.longitude, r.latitude, r.longitude) as apart_m,
            least(
                apart_m,
                outline_gap_m(l.footprint, r.latitude, r.longitude),
                outline_gap_m(r.footprint, l.latitude, l.longitude)
            ) as gap_m,
            l.accuracy_m + r.accuracy_m as reach_m,
            l.street_key = r.street_key as is_same_street,
            list_has_any(l.house_numbers, r.house_numbers) as is_same_number,
            len(l.house_numbers) > 0 and len(r.house_numbers) > 0 as has_numbers,
            l.postcode_key as left_postcode,
            r.postcode_key as right_postcode,
            l.phone = r.phone as is_same_phone,
            l.website_url = r.website_url as is_same_page,
            l.site = r.site as is_same_site,
            len(l.canonical_activities) > 0
            and len(r.canonical_activities) > 0 as has_activities,
            list_has_any(
                l.canonical_activities, r.canonical_activities
            ) as is_same_activity,
            len(l.numbers) > 0
            and len(r.numbers) > 0
            and l.numbers != r.numbers as has_number_conflict,
            l.source = r.source as is_same_source,
            l.apart_kind != r.apart_kind as is_apart,
            l.content_key = r.content_key as is_same_content,
            coalesce(l.street_key, l.postcode_key) is not null
            and coalesce(r.street_key, r.postcode_key) is not null as is_placed
        from compared_pair as pair
        inner join comparable as l on pair.left_key = l.record_key
        inner join comparable as r on pair.right_key = r.record_key
        left join ids using (left_key, right_key)
    )

select
    left_key,
    right_key,
    gap_m,
    shared_words,
    case
        when is_shared then 'shared' when not is_shared then 'conflicting'
    end as strong_id,
    case
        when is_same_name
        then 'same'
        when heaviest >= 1 and shared_weight >= 0.99 * least(left_weight, right_weight)
        then 'contained'
        when shared_weight >= 0.99 * greatest(left_weight, right_weight)
        then 'contained'
        when
            heaviest >= 1
            and shared_weight >= 0.6 * (left_weight + right_weight - shared_weight)
        then 'similar'
        when heaviest >= 1
        then 'shares_proper_word'
        when
            shared_weight >= 0.6
            and shared_weight >= 0.99 * least(left_weight, right_weight)
        then 'contained_common'
        when spelling >= 0.94
        then 'similar'
        when shared_weight > 0
        then 'shares_common_words'
        else 'different'
    end as name,
    case
        when apart_m <= reach_m
        then 'within'
        when gap_m <= 2 * reach_m
        then 'near'
        when gap_m <= 5 * reach_m
        then 'beyond'
        when gap_m <= 5 * reach_m + 1000
        then 'far'
        when gap_m is not null
        then 'elsewhere'
    end as distance,
    case
        when is_same_street and is_same_number
        then 'same_premises'
        when left_postcode = right_postcode and len(left_postcode) >= 5
        then 'same_postcode'
        when is_same_street and has_numbers and not is_same_number
        then 'other_number'
        when postcode_district(left_postcode) != postcode_district(right_postcode)
        then 'other_district'
    end as address,
    case when is_same_phone then 'same' end as phone,
    case
        when is_same_page then 'same_page' when is_same_site then 'same_site'
    end as website,
    case
        when is_same_activity then 'shared' when has_activities then 'disjoint'
    end as activity,
    case when has_number_conflict then 'conflicting' end as numbers,
    case when is_same_source then 'same' end as source,
    case when is_apart then 'apart' end as kind,
    case when gap_m is null and not is_placed then 'unknown' end as place,
    -- Two branches of a chain agree in everything but their place.
    case
        when is_same_content and (gap_m <= reach_m or (gap_m is null and not is_placed))
        then 'same'
    end as content
from measured
