-- held_lens: one row per lens that the warehouse holds anything of.
-- reads: extracted_entity, entity
-- grain: lens_id
select lens_id
from extracted_entity
union
select lens_id
from entity
order by lens_id
