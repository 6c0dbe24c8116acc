-- stored_record: one row per readable record of a lens as it was last read. What could
-- not be read is kept to be told; of a source that often errs it grows without bound.
-- reads: extracted_entity
-- params: lens_id
-- grain: record_key
select *
from extracted_entity
where lens_id = $lens_id and status = 'ok'
order by record_key
