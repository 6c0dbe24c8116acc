-- record_module: one row per record with its modules, nested and typed. An attached
-- module without any value is an empty object: its trigger did fire.
-- reads: record, record_claim, attached_module
-- grain: record
with
    leaves as (
        select
            record,
            path,
            nested_leaf(
                path.replace('modules.', ''), claim_json(value, value_type)
            ) as leaf
        from record_claim
        where path like 'modules.%'
    ),

    attached as (
        select record, module as path, nested_leaf(module, '{}') as leaf
        from attached_module
    ),

    own_modules as (
        select record, nested(list(leaf order by path, leaf::varchar)) as modules
        from
            (
                select *
                from leaves
                union all
                select *
                from attached
            )
        group by record
    ),

    base_modules as (
        select
            record,
            base_modules(
                entity_name,
                entity_class,
                summary,
                {
                    'latitude':latitude,
                    'longitude':longitude,
                    'street_address':street_address,
                    'city':city,
                    'locality':locality,
                    'postcode':postcode,
                    'country':country
                },
                {'phone':phone, 'email':email, 'website_url':website_url},
                opening_hours
            ) as modules
        from record
    )

select
    base_modules.record,
    json_merge_patch(
        base_modules.modules, coalesce(own_modules.modules, '{}'::json)
    ) as modules
from base_modules
left join own_modules using (record)
