-- module_choice: one row per claimed module leaf, in order of preference. Trust, then
-- confidence where every claim of that trust states one, then how much of the module
-- the record fills. Scalar arrays are united instead (union_choice).
-- reads: claim
-- grain: claim_no
with
    leaves as (
        select
            *,
            bool_and(confidence is not null) over (
                partition by group_key, path, trust_level
            ) as has_confidence,
            count(*) over (
                partition by group_key, record_key, split_part(path, '.', 2)
            ) as completeness
        from claim
        where merge_group = 'module'
    ),

    judged as (
        select *, case when has_confidence then confidence end as usable_confidence
        from leaves
        where value_type != 'array'
    )

select
    claim_no,
    completeness::double as quality,
    ['trust', 'confidence', 'completeness', 'priority'] as criteria,
    [trust_level, usable_confidence, completeness, - priority]::double[] as marks,
    row_number() over (
        partition by group_key, path
        order by
            trust_level desc,
            usable_confidence desc nulls last,
            completeness desc,
            priority,
            source,
            observed_at desc,
            claim_no
    ) as preference,
    true as is_eligible
from judged
