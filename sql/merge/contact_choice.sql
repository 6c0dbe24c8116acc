-- contact_choice: one row per claim of a contact field, best form first.
-- reads: claim
-- grain: claim_no
with
    judged as (
        select *, contact_quality(path, value)::double as quality
        from claim
        where merge_group = 'contact'
    )

select
    claim_no,
    quality,
    ['form', 'trust', 'priority'] as criteria,
    [quality, trust_level, - priority]::double[] as marks,
    row_number() over (
        partition by group_key, path
        order by
            quality desc, trust_level desc, priority, source, observed_at desc, claim_no
    ) as preference,
    true as is_eligible
from judged
