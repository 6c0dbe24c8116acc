-- spoken_claim: one row per value that one record claims for its group. A member
-- claims every field, a part only dimensions and module fields. A mention claims
-- dimensions, and its URL as the group's website only where the site's name spells
-- the group's name.
-- reads: extracted_entity, group_member, feature, group_name
-- grain: group_key, record_key, path, value
with
    said as (
        select
            group_member.group_key,
            group_member.standing,
            extracted_entity.record_key,
            extracted_entity.source,
            extracted_entity.part_kind,
            extracted_entity.payload_id,
            extracted_entity.licence,
            extracted_entity.observed_at,
            unnest(extracted_entity.claims, recursive := true)
        from extracted_entity
        inner join group_member using (record_key)
    ),

    own_sites as (
        select distinct group_member.record_key
        from group_member
        inner join feature using (record_key)
        inner join group_name using (group_key)
        where
            group_member.standing = 'mention'
            and (
                contains(
                    replace(feature.site, '-', ''),
                    replace(group_name.name_key, ' ', '')
                )
                or (
                    len(group_name.proper_words) > 0
                    and len(
                        list_filter(
                            group_name.proper_words,
                            lambda w:
                            not contains(
                                replace(feature.site, '-', ''), replace(w, '_', '')
                            )
                        )
                    )
                    = 0
                )
            )
    )

select
    said.group_key,
    said.record_key,
    said.source,
    said.standing,
    said.part_kind,
    said.payload_id,
    said.licence,
    said.observed_at,
    said.path,
    said.value,
    said.value_type,
    said.method,
    said.rule_id,
    said.confidence,
    said.json_pointer
from said
left join own_sites using (record_key)
where
    said.standing = 'member'
    or starts_with(said.path, 'canonical_')
    or (said.standing = 'part' and said.path like 'modules.%')
    or (said.standing = 'mention' and own_sites.record_key is not null)
