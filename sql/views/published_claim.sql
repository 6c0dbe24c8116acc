-- published_claim: one row per claim behind the published entities.
-- reads: entity_claim
-- params: lens_id
-- grain: entity_id, path, value, record_key, rule_id
select * exclude (lens_id)
from entity_claim
where lens_id = $lens_id
order by entity_id, path, won desc, value, record_key, rule_id
