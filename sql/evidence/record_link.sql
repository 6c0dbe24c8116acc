-- record_link: one row per compared pair with the sum of its evidence and a
-- verdict. Tier `strong_id` shares an id; `content` is equal in every compared
-- value and has no place; `evidence` is all others. The column `evidence` lists
-- each level with its weight.
-- reads: pair_evidence, evidence_weight
-- params: prior, match_threshold, review_threshold
-- grain: left_key, right_key
with
    levels as (
        unpivot (select * exclude (gap_m, shared_words) from pair_evidence)
        on columns(* exclude (left_key, right_key)) into name evidence value level
    ),

    weighed as (
        select
            levels.left_key,
            levels.right_key,
            sum(evidence_weight.weight) as evidence_sum,
            to_json(
                list(
                    {
                        'evidence':levels.evidence,
                        'level':levels.level,
                        'weight':evidence_weight.weight
                    }
                    order by evidence_weight.weight desc, levels.evidence
                )
            ) as evidence
        from levels
        inner join evidence_weight using (evidence, level)
        group by levels.left_key, levels.right_key
    ),

    scored as (
        select
            pair.left_key,
            pair.right_key,
            case
                when pair.strong_id = 'shared'
                then 'strong_id'
                when pair.content = 'same' and pair.place = 'unknown'
                then 'content'
                else 'evidence'
            end as tier,
            round($prior + weighed.evidence_sum, 4) as score,
            json_merge_patch(
                to_json({'gap_m':round(pair.gap_m, 1), 'shared':pair.shared_words}),
                json_object('levels', weighed.evidence)
            ) as evidence
        from pair_evidence as pair
        inner join weighed using (left_key, right_key)
    )

select
    left_key,
    right_key,
    tier,
    score,
    case
        when score >= $match_threshold
        then 'match'
        when score >= $review_threshold
        then 'review'
        else 'refused'
    end as verdict,
    evidence
from scored
