-- geo_choice: one row per claimed coordinate, in order of preference. Both coordinates
-- come from one record, never from an average. The more accurate position wins, then
-- the more trusted, then the one with more decimals.
-- reads: claim
-- grain: claim_no
with
    positions as (
        select
            *,
            max(len(split_part(value, '.', 2))) over (
                partition by group_key, record_key
            ) as decimals
        from claim
        where merge_group = 'geo'
    )

select
    claim_no,
    decimals::double as quality,
    ['accuracy', 'trust', 'decimals', 'priority'] as criteria,
    [- accuracy_m, trust_level, decimals, - priority]::double[] as marks,
    row_number() over (
        partition by group_key, path
        order by
            accuracy_m,
            trust_level desc,
            decimals desc,
            priority,
            source,
            observed_at desc,
            record_key,
            claim_no
    ) as preference,
    true as is_eligible
from positions
