-- group_place: one row per group and named place that contains one of its members.
-- reads: comparable, cluster, place
-- grain: group_key, place
select distinct cluster.group_key, place.place
from cluster
inner join comparable using (record_key)
inner join
    place
    on comparable.latitude between place.south and place.north
    and comparable.longitude between place.west and place.east
