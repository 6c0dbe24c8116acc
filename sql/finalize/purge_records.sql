-- purge_records: delete every row that was made from payloads that may no longer be
-- kept. A lens that was rebuilt before has no such record left; of one that could not
-- be, every entity they spoke for goes.
-- kind: mutate
create or replace temporary table gone_record as
select lens_id, record_key
from extracted_entity
where payload_id in (select payload_id from gone_payload)
;

create or replace temporary table gone_entity as
select distinct entity_id
from entity_claim
where payload_id in (select payload_id from gone_payload)
union
select entity_member.entity_id
from entity_member
inner join gone_record using (lens_id, record_key)
;

delete from entity
where entity_id in (select entity_id from gone_entity)
;

delete from entity_claim
where entity_id in (select entity_id from gone_entity)
;

delete from entity_relation
where
    to_id in (select entity_id from gone_entity)
    or from_id in (select entity_id from gone_entity)
    or (lens_id, from_id) in (select (lens_id, record_key) from gone_record)
;

delete from entity_member
where
    entity_id in (select entity_id from gone_entity)
    or (lens_id, record_key) in (select (lens_id, record_key) from gone_record)
;

delete from record_link
where
    (lens_id, left_key) in (select (lens_id, record_key) from gone_record)
    or (lens_id, right_key) in (select (lens_id, record_key) from gone_record)
;

delete from extracted_entity
where payload_id in (select payload_id from gone_payload)
;

delete from run_payload
where payload_id in (select payload_id from gone_payload)
;

delete from raw_ingestion
where payload_id in (select payload_id from gone_payload)
;
