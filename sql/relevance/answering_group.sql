-- answering_group: one row per group with a record that answers the query.
-- reads: grouping, answering_record
-- grain: group_key
select distinct grouping.group_key
from grouping
inner join answering_record using (record_key)
