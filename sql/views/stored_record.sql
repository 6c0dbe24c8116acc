-- stored_record: one row per record of a lens as it was last read.
-- reads: extracted_entity
-- params: lens_id
-- grain: record_key
select * from extracted_entity where lens_id = $lens_id order by record_key
