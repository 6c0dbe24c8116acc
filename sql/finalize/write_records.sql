-- write_records: replace the stored records that a build has read again.
-- kind: mutate
-- params: lens_id, is_whole
delete from extracted_entity
where
    lens_id = $lens_id
    and ($is_whole or record_key in (select record_key from staged_record))
;

insert into extracted_entity by name
select *
from staged_record
;
