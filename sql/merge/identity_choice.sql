-- identity_choice: one row per claim of an identity field, in order of preference.
-- Usable (mixed case, no place said twice, no ` - Branch` tail) comes before trust, so
-- a plain name beats a more trusted one that repeats its branch.
-- reads: claim
-- grain: claim_no
with
    judged as (
        select
            *,
            is_usable_text(value)
            and not (path = 'entity_name' and has_branch_tail(value))
            and not (
                path = 'entity_name' and coalesce(is_name_doubled, false)
            ) as is_usable,
            text_quality(path, value) as quality
        from claim
        where merge_group = 'identity'
    )

select
    claim_no,
    quality,
    ['usability', 'trust', 'quality', 'priority'] as criteria,
    [is_usable::int, trust_level, quality, - priority]::double[] as marks,
    row_number() over (
        partition by group_key, path
        order by
            is_usable desc,
            trust_level desc,
            quality desc,
            priority,
            source,
            observed_at desc,
            claim_no
    ) as preference,
    true as is_eligible
from judged
