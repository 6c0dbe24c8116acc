-- payload_trace: one row per payload that a run has used or a record was read from.
-- reads: raw_ingestion, run_payload, extracted_entity, entity_claim
-- grain: payload_id
select payload_id
from raw_ingestion
union
select payload_id
from run_payload
union
select payload_id
from extracted_entity
union
select payload_id
from entity_claim
order by payload_id
