-- link_story: one row per compared pair that touches a record of an entity.
-- reads: record_link, entity_member
-- params: lens_id, entity_id
-- grain: left_key, right_key
with
    ours as (
        select record_key
        from entity_member
        where lens_id = $lens_id and entity_id = $entity_id
    )

select left_key, right_key, tier, score, verdict, evidence
from record_link
where lens_id = $lens_id and (left_key in (from ours) or right_key in (from ours))
order by score desc, left_key, right_key
