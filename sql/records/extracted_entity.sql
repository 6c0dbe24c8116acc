-- extracted_entity: one row per record as this lens reads it, with all its claims. Of
-- one record_key the newest payload counts. An item that could not be read is a row
-- too, so that it is reported and not lost.
-- reads: record, observation, record_claim, record_module, failed_item
-- params: lens_id, lens_hash
-- grain: record_key
with
    keyed as (
        select
            *,
            source
            || ':'
            || coalesce(
                source_record_id,
                'fp-' || left(sha256(identity_text), 16),
                payload_id || '#' || json_pointer
            ) as record_key,
            source_record_id is null
            and entity_name is null
            and latitude is null as is_nothing
        from record
    ),

    newest as (
        select *
        from keyed
        qualify
            row_number() over (
                partition by record_key
                order by observed_at desc, payload_id, json_pointer, record
            )
            = 1
    ),

    observed_fields as (
        select record, field, list(value order by value) as observed_values
        from observation
        group by record, field
    ),

    observed as (
        select
            record,
            to_json(
                map(list(field order by field), list(observed_values order by field))
            ) as raw_observations
        from observed_fields
        group by record
    ),

    claimed as (
        select
            record,
            list(
                {
                    'path':path,
                    'value':value,
                    'value_type':value_type,
                    'method':method,
                    'rule_id':rule_id,
                    'confidence':confidence,
                    'json_pointer':pointer_text(pointers)
                }
                order by path, value
            ) as claims
        from record_claim
        group by record
    ),

    readable as (
        select
            newest.record_key,
            newest.source,
            newest.source_record_id,
            newest.payload_id,
            newest.json_pointer,
            newest.derived_from,
            newest.licence,
            newest.observed_at,
            newest.role,
            newest.part_kind,
            newest.entity_class,
            newest.entity_name,
            newest.summary,
            newest.description,
            newest.raw_categories,
            newest.latitude,
            newest.longitude,
            newest.position_accuracy_m,
            newest.footprint,
            newest.street_address,
            newest.city,
            newest.locality,
            newest.postcode,
            newest.country,
            newest.phone,
            newest.email,
            newest.website_url,
            to_json(map_from_entries(newest.social_media)) as social_media,
            newest.opening_hours,
            newest.time_start,
            newest.time_end,
            to_json(map_from_entries(newest.external_ids)) as external_ids,
            coalesce(observed.raw_observations, '{}'::json) as raw_observations,
            newest.canonical_activities,
            newest.canonical_roles,
            newest.canonical_place_types,
            newest.canonical_access,
            coalesce(record_module.modules, '{}'::json) as modules,
            coalesce(claimed.claims, []) as claims,
            case when is_nothing then 'failed' else 'ok' end as status,
            case
                when is_nothing
                then 'found no id, name or position, expected one of them'
            end as error
        from newest
        left join observed using (record)
        left join claimed using (record)
        left join record_module using (record)
    ),

    unreadable as (
        select
            source || ':' || payload_id || '#' || json_pointer as record_key,
            source,
            payload_id,
            json_pointer,
            licence,
            observed_at,
            error
        from failed_item
    ),

    combined as (
        select *
        from readable
        union all by name
        select
            *,
            []::varchar[] as derived_from,
            'listing' as role,
            '{}'::json as raw_observations,
            []::varchar[] as canonical_activities,
            []::varchar[] as canonical_roles,
            []::varchar[] as canonical_place_types,
            []::varchar[] as canonical_access,
            '{}'::json as modules,
            [] as claims,
            'failed' as status
        from unreadable
    )

select
    'x_' || left(sha256($lens_id || '|' || record_key), 20) as extracted_id,
    $lens_id as lens_id,
    $lens_hash as lens_hash,
    *,
    sha256(to_json(combined)::varchar) as content_hash
from combined
