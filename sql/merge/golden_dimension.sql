-- golden_dimension: one row per group: its four dimension arrays, sorted, never null.
-- reads: elected_claim, group_member
-- grain: group_key
with groups as (select distinct group_key from group_member)

select
    groups.group_key,
    distinct_values(
        elected_claim.path, 'canonical_activities', elected_claim.value
    ) as canonical_activities,
    distinct_values(
        elected_claim.path, 'canonical_roles', elected_claim.value
    ) as canonical_roles,
    distinct_values(
        elected_claim.path, 'canonical_place_types', elected_claim.value
    ) as canonical_place_types,
    distinct_values(
        elected_claim.path, 'canonical_access', elected_claim.value
    ) as canonical_access
from groups
left join elected_claim using (group_key)
group by groups.group_key
