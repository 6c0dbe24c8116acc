-- parts_of_nothing: one row per part whose entity has no member.
-- reads: entity_relation, entity_member
-- grain: lens_id, from_id
-- level: fail
select entity_relation.lens_id, entity_relation.from_id, entity_relation.to_id
from entity_relation
anti join
    entity_member
    on entity_relation.lens_id = entity_member.lens_id
    and entity_relation.to_id = entity_member.entity_id
where entity_relation.relation = 'part_of'
