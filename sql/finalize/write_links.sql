-- write_links: replace the links of the records that a build decided about.
-- kind: mutate
-- params: lens_id, is_whole
delete from record_link
where
    lens_id = $lens_id
    and (
        $is_whole
        or left_key in (select record_key from decided_record)
        or right_key in (select record_key from decided_record)
    )
;

insert into record_link by name
select *
from staged_link
;
