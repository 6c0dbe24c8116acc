-- living_name: one row per name or slug that a record or entity has today.
-- reads: extracted_entity, entity
-- grain: name
select entity_name as name
from extracted_entity
where entity_name is not null
union
select entity_name as name
from entity
where entity_name is not null
union
select slug as name
from entity
order by name
