-- golden_union: one row per group with the united values of all sources: ids,
-- categories, links. Of several values for one key of a map, the preferred one is kept.
-- reads: elected_claim
-- grain: group_key
with
    entries as (
        select
            group_key,
            path,
            unnest(json_keys(value)) as key,
            value,
            trust_level,
            priority,
            claim_no
        from elected_claim
        where merge_group = 'union' and value_type = 'object'
    ),

    chosen as (
        select
            group_key,
            path,
            key,
            json_extract_string(value, '$."' || key || '"') as entry
        from entries
        qualify
            row_number() over (
                partition by group_key, path, key
                order by trust_level desc, priority, claim_no
            )
            = 1
    ),

    maps as (
        select
            group_key,
            path,
            to_json(map(list(key order by key), list(entry order by key))) as united
        from chosen
        group by group_key, path
    ),

    categories as (
        select group_key, unnest(json_extract_string(value, '$[*]')) as category
        from elected_claim
        where path = 'raw_categories'
    ),

    lists as (
        select group_key, list_sort(list(distinct category)) as raw_categories
        from categories
        group by group_key
    ),

    pivoted as (
        select
            group_key,
            any_value(united) filter (where path = 'external_ids') as external_ids,
            any_value(united) filter (where path = 'social_media') as social_media
        from maps
        group by group_key
    )

select group_key, pivoted.external_ids, pivoted.social_media, lists.raw_categories
from pivoted
full join lists using (group_key)
