-- members_without_record: one row per member whose record is not in the warehouse.
-- reads: entity_member, extracted_entity
-- grain: lens_id, record_key
-- level: fail
select entity_member.lens_id, entity_member.record_key
from entity_member
anti join
    extracted_entity
    on entity_member.lens_id = extracted_entity.lens_id
    and entity_member.record_key = extracted_entity.record_key
