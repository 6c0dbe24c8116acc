-- claim_story: one row per claim about an entity, winners first within each path.
-- reads: entity_claim
-- params: lens_id, entity_id
-- grain: path, value, record_key, rule_id
select
    path,
    value,
    value_type,
    source,
    trust_tier,
    confidence,
    won,
    reason,
    method,
    rule_id,
    record_key,
    payload_id,
    json_pointer,
    licence,
    observed_at
from entity_claim
where lens_id = $lens_id and entity_id = $entity_id
order by path, won desc, contains(reason, 'said already'), value, record_key, rule_id
