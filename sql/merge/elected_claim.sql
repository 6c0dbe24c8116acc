-- elected_claim: one row per claim with its verdict and the reason in words. The reason
-- names the first criterion on which winner and loser differ.
-- reads: claim, identity_choice, address_choice, geo_choice
-- reads: contact_choice, module_choice, union_choice
-- grain: claim_no
with
    choices as (
        select *
        from identity_choice
        union all by name
        select *
        from address_choice
        union all by name
        select *
        from geo_choice
        union all by name
        select *
        from contact_choice
        union all by name
        select *
        from module_choice
    ),

    ranked as (
        select
            claim.*,
            choices.quality,
            choices.criteria,
            choices.marks,
            choices.preference,
            choices.preference = 1 and choices.is_eligible as won,
            count(*) over (partition by claim.group_key, claim.path) as rivals,
            bool_or(choices.is_eligible) over by_preference as has_winner,
            first_value(claim.source) over by_preference as first_source,
            first_value(claim.value) over by_preference as first_value_said,
            first_value(choices.marks) over by_preference as first_marks,
            nth_value(claim.source, 2) over by_preference as second_source,
            nth_value(choices.marks, 2) over by_preference as second_marks
        from claim
        inner join choices using (claim_no)
        window
            by_preference as (
                partition by claim.group_key, claim.path
                order by choices.preference
                rows between unbounded preceding and unbounded following
            )
    ),

    explained as (
        select
            *,
            case
                when won and rivals = 1
                then 'the only claim'
                when won
                then
                    'won on '
                    || deciding(criteria, marks, second_marks)
                    || ' over '
                    || second_source
                when not has_winner
                then 'belongs to another address'
                when value = first_value_said
                then 'says the same as ' || first_source
                else
                    'lost on '
                    || deciding(criteria, marks, first_marks)
                    || ' to '
                    || first_source
            end as reason
        from ranked
    )

select
    * exclude (
        criteria,
        marks,
        rivals,
        has_winner,
        first_source,
        first_value_said,
        first_marks,
        second_source,
        second_marks
    )
from explained
union all by name
select
    claim.*,
    null::double as quality,
    union_choice.preference,
    true as won,
    case
        when union_choice.preference = 1 then 'united' else 'united; said already'
    end as reason
from claim
inner join union_choice using (claim_no)
