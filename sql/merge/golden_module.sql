-- golden_module: one row per group with its modules, nested from the winning leaves. A
-- module that is attached to any of its records is present, even without a leaf.
-- reads: elected_claim, extracted_entity, group_member
-- grain: group_key
with
    scalars as (
        select group_key, path, claim_json(value, value_type) as leaf
        from elected_claim
        where merge_group = 'module' and value_type != 'array' and won
    ),

    items as (
        select group_key, path, unnest(json_extract_string(value, '$[*]')) as item
        from elected_claim
        where merge_group = 'module' and value_type = 'array'
    ),

    arrays as (
        select group_key, path, to_json(list_sort(list(distinct item)))::varchar as leaf
        from items
        group by group_key, path
    ),

    attached as (
        select distinct
            group_member.group_key,
            unnest(json_keys(extracted_entity.modules)) as path,
            '{}' as leaf
        from extracted_entity
        inner join group_member using (record_key)
        where group_member.standing != 'mention'
    ),

    leaves as (
        select group_key, path.replace('modules.', '') as path, leaf
        from scalars
        union all
        select group_key, path.replace('modules.', '') as path, leaf
        from arrays
        union all
        select *
        from attached
    )

select group_key, nested(list(nested_leaf(path, leaf) order by path, leaf)) as modules
from leaves
group by group_key
