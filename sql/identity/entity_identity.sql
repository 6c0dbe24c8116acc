-- entity_identity: one row per group with the id it keeps or gets, and what became of
-- it.
-- The stored record → entity map decides first: a group takes the id most of its
-- records
-- had, where most of that entity's records are in it; then the oldest id. So ids
-- survive
-- growth and shrinking. A new id comes from the group's smallest record key, which the
-- source keeps, never from cleaned text.
-- reads: group_member, stored_member, stored_entity
-- params: lens_id
-- grain: group_key
with
    members as (
        select group_key, record_key from group_member where standing = 'member'
    ),

    votes as (
        select
            members.group_key,
            stored_member.entity_id,
            count(*) as votes,
            min(stored_entity.created_at) as created_at
        from members
        inner join stored_member using (record_key)
        left join stored_entity using (entity_id)
        group by members.group_key, stored_member.entity_id
    ),

    ranked as (
        select
            *,
            row_number() over (
                partition by group_key
                order by votes desc, created_at nulls last, entity_id
            ) as choice_of_group,
            row_number() over (
                partition by entity_id order by votes desc, group_key
            ) as choice_of_entity
        from votes
    ),

    kept as (
        select group_key, entity_id
        from ranked
        where choice_of_group = 1 and choice_of_entity = 1
    ),

    named as (
        select
            group_key,
            'e_' || left(sha256($lens_id || '|' || min(record_key)), 16) as first_id,
            'e_' || left(
                sha256($lens_id || '|' || min(record_key) || '|again'), 16
            ) as second_id
        from members
        group by group_key
    ),

    known_ids as (
        select entity_id
        from stored_member
        union
        select entity_id
        from stored_entity
    )

select
    named.group_key,
    case
        when kept.entity_id is not null
        then kept.entity_id
        when known_ids.entity_id is not null
        then named.second_id
        else named.first_id
    end as entity_id,
    kept.entity_id is null as is_new,
    case when kept.entity_id is null then ranked.entity_id end as split_from
from named
left join kept using (group_key)
left join known_ids on named.first_id = known_ids.entity_id
left join ranked on named.group_key = ranked.group_key and ranked.choice_of_group = 1
