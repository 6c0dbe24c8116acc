-- claim: one row per value that stands for election, numbered, with what elections
-- weigh. Claims of parts are replaced by what the parts claim together (counted_claim).
-- reads: spoken_claim, counted_claim, source_trust, field, feature
-- grain: claim_no
with
    standing_claims as (
        select * exclude (part_kind)
        from spoken_claim
        where
            standing != 'part'
            and not (part_kind is not distinct from 'unit' and path like 'modules.%')
        union all by name
        select *
        from counted_claim
    )

select
    row_number() over (
        order by
            standing_claims.group_key,
            standing_claims.path,
            standing_claims.record_key,
            standing_claims.value,
            standing_claims.rule_id
    ) as claim_no,
    standing_claims.*,
    source_trust.trust_tier,
    source_trust.trust_level,
    source_trust.priority,
    feature.accuracy_m,
    feature.street_key,
    feature.is_name_doubled,
    case
        when standing_claims.path like 'modules.%'
        then 'module'
        when starts_with(standing_claims.path, 'canonical_')
        then 'union'
        else field.merge_group
    end as merge_group
from standing_claims
inner join source_trust using (source)
left join feature using (record_key)
left join field using (path)
