-- source_info: one row per group: who won each field, who found it, and how fresh it
-- is. The primary source is the most trusted source of a member record.
-- reads: elected_claim, group_member, extracted_entity, source_trust
-- grain: group_key
with
    winners as (
        select
            group_key,
            path,
            to_json(
                {'source':source, 'record_key':record_key, 'reason':reason}
            ) as winner,
            observed_at
        from elected_claim
        where won and preference = 1
        qualify
            row_number() over (
                partition by group_key, path
                order by trust_level desc, priority, claim_no
            )
            = 1
    ),

    fields as (
        select
            group_key,
            to_json(
                map(list(path order by path), list(winner order by path))
            ) as fields,
            max(observed_at) as verified_at
        from winners
        group by group_key
    ),

    sources as (
        select
            group_member.group_key,
            list_sort(list(distinct extracted_entity.source)) as discovered_by,
            arg_min(
                extracted_entity.source,
                {
                    'trust': - source_trust.trust_level,
                    'priority':source_trust.priority,
                    'source':extracted_entity.source
                }
            ) filter (where group_member.standing = 'member') as primary_source
        from group_member
        inner join extracted_entity using (record_key)
        inner join source_trust using (source)
        group by group_member.group_key
    )

select
    sources.group_key,
    to_json(
        {
            'fields':coalesce(fields.fields, '{}'::json),
            'discovered_by':sources.discovered_by,
            'primary_source':sources.primary_source,
            'verified_date':strftime(fields.verified_at, '%Y-%m-%d')
        }
    ) as source_info
from sources
left join fields using (group_key)
