-- json: building nested JSON from leaves, and reading a claim's text as JSON.
-- kind: macro
create or replace macro claim_json(claimed, value_type) as
    case
        when value_type = 'string' then to_json(claimed)::varchar else claimed
    end;

create or replace macro nested_leaf(path, leaf) as
    (
        '{"'
        || replace(path, '.', '":{"')
        || '":'
        || leaf
        || repeat('}', len(path) - len(replace(path, '.', '')) + 1)
    )::json;

create or replace macro nested(leaves) as
    list_reduce(
        list_prepend('{}'::json, leaves), lambda a, b: json_merge_patch(a, b)
    );

create or replace macro without_nulls(document) as
    json_merge_patch('{}'::json, document);

create or replace macro pointer_text(pointers) as
    case
        when len(pointers) = 1 then pointers[1] else to_json(pointers)::varchar
    end;

-- A claim's pointers as seen from another payload: each then names its own payload.
create or replace macro pointers_seen_from(home, payload_id, pointer) as
    list_transform(
        case
            when starts_with(pointer, '[')
            then json_extract_string(pointer, '$[*]')
            else [pointer]
        end,
        lambda p: case
            when payload_id = home or contains(split_part(p, '/', 1), '#')
            then p
            else payload_id || '#' || p
        end
    );

-- The modules of every record and entity, made from its universal fields.
create or replace macro base_modules(
    entity_name, entity_class, summary, place, contact, opening_hours
) as
    without_nulls(
        to_json(
            {
                'core': {
                    'entity_name': entity_name,
                    'entity_class': entity_class,
                    'summary': summary
                },
                'location': place,
                'contact': contact,
                'hours': {'opening_hours': opening_hours}
            }
        )
    );
