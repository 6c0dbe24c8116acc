-- counted_claim: one row per value that the parts of one source claim together in a
-- group. Each unit claims its own quantity and the sum is one claim: six drawn pitches
-- of one make six. An equal value of several parts is one claim too. Each claim points
-- to all its parts.
-- reads: spoken_claim
-- grain: group_key, record_key, path, value
with
    units as (
        select
            *,
            part_kind = 'unit' and value_type = 'integer' as is_quantity,
            case
                when part_kind = 'unit' and value_type = 'integer' then '' else value
            end as same_value
        from spoken_claim
        where standing = 'part' or (part_kind = 'unit' and path like 'modules.%')
    ),

    homed as (
        select
            *,
            first_value(payload_id) over alike as home_payload,
            first_value(record_key) over alike as home_record
        from units
        window
            alike as (
                partition by group_key, source, path, same_value order by record_key
            )
    )

select
    group_key,
    any_value(home_record) as record_key,
    source,
    min(standing) as standing,
    any_value(home_payload) as payload_id,
    min(licence) as licence,
    max(observed_at) as observed_at,
    path,
    case
        when bool_or(is_quantity)
        then sum(case when is_quantity then value::bigint end)::varchar
        else any_value(value)
    end as value,
    any_value(value_type) as value_type,
    case when bool_or(is_quantity) then 'count' else min(method) end as method,
    min(rule_id) as rule_id,
    min(confidence) as confidence,
    pointer_text(
        flatten(
            list(
                pointers_seen_from(home_payload, payload_id, json_pointer)
                order by record_key
            )
        )
    ) as json_pointer
from homed
group by group_key, source, path, same_value
