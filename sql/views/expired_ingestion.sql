-- expired_ingestion: one row per payload that was used and is past its time.
-- reads: raw_ingestion
-- params: at
-- grain: payload_id
select payload_id, source
from raw_ingestion
where retain_until <= $at
order by payload_id
