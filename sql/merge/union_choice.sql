-- union_choice: one row per claim whose value is united with all others:
-- dimensions, ids, arrays. Preference only decides which claim is named first as
-- the source of a value.
-- reads: claim
-- grain: claim_no
select
    claim_no,
    row_number() over (
        partition by group_key, path, value
        order by
            trust_level desc,
            confidence desc nulls last,
            priority,
            source,
            observed_at desc,
            claim_no
    ) as preference
from claim
where merge_group = 'union' or (merge_group = 'module' and value_type = 'array')
