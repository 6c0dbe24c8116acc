-- entity_identity: one row per group with the id it keeps or gets, and the entity it
-- was split from. The stored record → entity map decides first. Every stored entity
-- continues as the group that holds most of its records; where several continue as one
-- group, the group keeps the id that most of its records had, then the oldest. So ids
-- survive growth, shrinking and regrouping. A new id is made from the group's smallest
-- record key, which is stable, and not from cleaned text. Where that id is taken, it is
-- made from the key and the first number that gives a free one.
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

    origins as (
        select group_key, entity_id
        from votes
        qualify
            row_number() over (
                partition by group_key
                order by votes desc, created_at nulls last, entity_id
            )
            = 1
    ),

    heirs as (
        select *
        from votes
        qualify
            row_number() over (partition by entity_id order by votes desc, group_key)
            = 1
    ),

    kept as (
        select group_key, entity_id
        from heirs
        qualify
            row_number() over (
                partition by group_key
                order by votes desc, created_at nulls last, entity_id
            )
            = 1
    ),

    known_ids as (
        select entity_id
        from stored_member
        union
        select entity_id
        from stored_entity
    ),

    unnamed as (
        select
            group_key,
            $lens_id || '|' || min(record_key) as seed,
            'e_' || left(sha256(seed), 16) as entity_id
        from members
        anti join kept using (group_key)
        group by group_key
    ),

    renamed as (
        select
            unnamed.group_key,
            tries.number,
            'e_' || left(sha256(unnamed.seed || '|' || tries.number), 16) as entity_id
        from unnamed
        semi join known_ids using (entity_id)
        cross join range(2, 100) as tries(number)
    ),

    named as (
        select group_key, entity_id
        from unnamed
        anti join known_ids using (entity_id)
        union all
        select group_key, arg_min(entity_id, number) as entity_id
        from renamed
        anti join known_ids using (entity_id)
        group by group_key
    )

select group_key, entity_id, false as is_new, null::varchar as split_from
from kept
union all
select named.group_key, named.entity_id, true as is_new, origins.entity_id as split_from
from named
left join origins using (group_key)
