-- entities_without_provenance: one row per entity whose name no winning claim explains.
-- reads: entity, entity_claim
-- grain: entity_id
-- level: fail
select entity.entity_id, entity.slug
from entity
anti join
    (select entity_id from entity_claim where won and path = 'entity_name') as explained
    using (entity_id)
