-- answering_group: one row per group with a record that answers the query.
-- A named search is answered by what a thing is called, so its pieces do not count
-- there.
-- reads: grouping, answering_record
-- grain: group_key
select distinct grouping.group_key
from grouping
inner join answering_record using (record_key)
