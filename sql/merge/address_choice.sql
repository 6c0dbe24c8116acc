-- address_choice: one row per claim of an address field, which follows the record that
-- won the street. A field that record leaves empty may come from another record that
-- states the same street, and from no other. Without a street, the winner of the
-- postcode leads, else that of the city.
-- reads: claim, identity_choice
-- grain: claim_no
with
    leads as (
        select
            claim.group_key,
            claim.record_key as lead_key,
            claim.street_key as lead_street
        from claim
        left join identity_choice using (claim_no)
        where
            claim.path = 'street_address'
            or (claim.merge_group = 'address' and claim.path in ('postcode', 'city'))
        qualify
            row_number() over (
                partition by claim.group_key
                order by
                    claim.path = 'street_address' desc,
                    identity_choice.preference,
                    claim.path = 'postcode' desc,
                    claim.trust_level desc,
                    claim.priority,
                    claim.source,
                    claim.observed_at desc,
                    claim.claim_no
            )
            = 1
    ),

    judged as (
        select
            claim.*,
            claim.record_key = leads.lead_key as is_lead,
            coalesce(claim.street_key = leads.lead_street, false) as is_same_street
        from claim
        inner join leads using (group_key)
        where claim.merge_group = 'address'
    )

select
    claim_no,
    null::double as quality,
    ['the record of the street', 'the same street', 'trust', 'priority'] as criteria,
    [is_lead::int, is_same_street::int, trust_level, - priority]::double[] as marks,
    row_number() over (
        partition by group_key, path
        order by
            is_lead desc,
            is_same_street desc,
            trust_level desc,
            priority,
            source,
            observed_at desc,
            claim_no
    ) as preference,
    is_lead or is_same_street as is_eligible
from judged
