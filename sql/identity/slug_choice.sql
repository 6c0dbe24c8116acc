-- slug_choice: one row per admitted group with the slug it keeps or gets. A published
-- slug stays as long as the name it was made from. A new slug is the first of name,
-- name-locality, name-street, name-postcode and name-id that no other entity ever had
-- and no other group wants as much, so the order of groups does not matter.
-- reads: slug_wish, entity_identity, stored_entity, taken_slug
-- grain: group_key
with
    wishes as (
        select
            slug_wish.group_key,
            slug_wish.rank,
            slug_wish.slug,
            entity_identity.entity_id,
            stored_entity.slug as stored_slug,
            coalesce(
                stored_entity.name_slug = slug_wish.name_slug, false
            ) as is_name_kept
        from slug_wish
        inner join entity_identity using (group_key)
        left join stored_entity using (entity_id)
    ),

    new_wishes as (select * from wishes where not is_name_kept),

    allowed_wishes as (
        select group_key, rank, slug
        from new_wishes
        anti join taken_slug using (slug)
        union all
        select group_key, rank, slug
        from new_wishes
        semi join taken_slug using (slug, entity_id)
    ),

    free_wishes as (
        select *
        from allowed_wishes
        qualify
            rank() over (partition by slug order by rank) = 1
            and count(*) over (partition by slug, rank) = 1
    ),

    chosen as (
        select group_key, arg_min(slug, rank) as slug
        from free_wishes
        group by group_key
    )

select distinct
    wishes.group_key,
    case when wishes.is_name_kept then wishes.stored_slug else chosen.slug end as slug,
    case
        when not wishes.is_name_kept and wishes.stored_slug != chosen.slug
        then wishes.stored_slug
    end as former_slug
from wishes
left join chosen using (group_key)
