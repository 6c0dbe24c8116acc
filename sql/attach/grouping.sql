-- grouping: one row per record of a group with its standing: member, mention or part.
-- reads: cluster, mention_link, part_link
-- grain: record_key
select record_key, group_key, 'member' as standing
from cluster
union all
select record_key, group_key, 'mention' as standing
from mention_link
union all
select part_link.part_key as record_key, cluster.group_key, 'part' as standing
from part_link
inner join cluster on part_link.whole_key = cluster.record_key
