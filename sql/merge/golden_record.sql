-- golden_record: one row per group, each field from the claim that won it.
-- reads: elected_claim, golden_dimension, golden_module, golden_union, source_info
-- reads: field_count
-- grain: group_key
with
    winners as (
        select group_key, path, value
        from elected_claim
        where won and merge_group in ('identity', 'address', 'geo', 'contact')
    ),

    pivoted as (
        select
            group_key,
            any_value(value) filter (where path = 'entity_name') as entity_name,
            any_value(value) filter (where path = 'entity_class') as entity_class,
            any_value(value) filter (where path = 'summary') as summary,
            any_value(value) filter (where path = 'description') as description,
            any_value(value) filter (where path = 'latitude')::double as latitude,
            any_value(value) filter (where path = 'longitude')::double as longitude,
            any_value(value) filter (where path = 'street_address') as street_address,
            any_value(value) filter (where path = 'city') as city,
            any_value(value) filter (where path = 'locality') as locality,
            any_value(value) filter (where path = 'postcode') as postcode,
            any_value(value) filter (where path = 'country') as country,
            any_value(value) filter (where path = 'phone') as phone,
            any_value(value) filter (where path = 'email') as email,
            any_value(value) filter (where path = 'website_url') as website_url,
            any_value(value) filter (where path = 'opening_hours') as opening_hours,
            any_value(value) filter (where path = 'time_start')::timestamp
            as time_start,
            any_value(value) filter (where path = 'time_end')::timestamp as time_end
        from winners
        group by group_key
    ),

    filled as (
        select
            pivoted.group_key,
            count(*) filter (where winners.path is not null) / count(*) as share
        from pivoted
        inner join field_count using (entity_class)
        left join
            winners
            on pivoted.group_key = winners.group_key
            and field_count.path = winners.path
        group by pivoted.group_key
    ),

    assembled as (
        select
            pivoted.*,
            golden_union.raw_categories,
            golden_union.social_media,
            golden_union.external_ids,
            golden_dimension.canonical_activities,
            golden_dimension.canonical_roles,
            golden_dimension.canonical_place_types,
            golden_dimension.canonical_access,
            json_merge_patch(
                base_modules(
                    pivoted.entity_name,
                    pivoted.entity_class,
                    pivoted.summary,
                    {
                        'latitude':pivoted.latitude,
                        'longitude':pivoted.longitude,
                        'street_address':pivoted.street_address,
                        'city':pivoted.city,
                        'locality':pivoted.locality,
                        'postcode':pivoted.postcode,
                        'country':pivoted.country
                    },
                    {
                        'phone':pivoted.phone,
                        'email':pivoted.email,
                        'website_url':pivoted.website_url
                    },
                    pivoted.opening_hours
                ),
                coalesce(golden_module.modules, '{}'::json)
            ) as modules,
            source_info.source_info,
            round(coalesce(filled.share, 0), 4) as completeness
        from pivoted
        left join golden_union using (group_key)
        left join golden_dimension using (group_key)
        left join golden_module using (group_key)
        left join source_info using (group_key)
        left join filled using (group_key)
    )

-- The group's key is a name for this run only, so it is no content.
select
    *,
    sha256(
        json_merge_patch(to_json(assembled), '{"group_key": null}')::varchar
    ) as content_hash
from assembled
