-- candidate_pair: one row per two records worth comparing, left key before right key.
-- They are in neighbouring cells of some 650 m and share a word of their names, or its
-- beginning or end; or they share an address, a phone, a page, a strong id, or a name
-- where one of them has no position. Neighbours of wholly different names could never
-- match by evidence, and in a city there are thousands to each.
-- reads: comparable, strong_id
-- grain: left_key, right_key
with
    placed as (
        select
            record_key,
            floor(latitude / 0.006)::int as row_no,
            floor(longitude / 0.011)::int as column_no,
            unnest(
                list_distinct(
                    map_keys(words)
                    || ['^' || left(compact_name, 4), '$' || right(compact_name, 4)]
                )
            ) as token
        from comparable
        where latitude is not null
    ),

    reaching as (
        select record_key, row_no + dy as row_no, column_no + dx as column_no, token
        from
            placed,
            unnest([-1, 0, 1]) as rows_around(dy),
            unnest([-1, 0, 1]) as columns_around(dx)
    ),

    near as (
        select reaching.record_key as a, placed.record_key as b
        from reaching
        inner join placed using (row_no, column_no, token)
        where reaching.record_key < placed.record_key
    ),

    same_address as (
        select a.record_key as a, b.record_key as b
        from comparable as a
        inner join comparable as b using (postcode_key, street_key)
    ),

    same_phone as (
        select a.record_key as a, b.record_key as b
        from comparable as a
        inner join comparable as b using (phone)
    ),

    same_page as (
        select a.record_key as a, b.record_key as b
        from comparable as a
        inner join comparable as b using (website_url)
    ),

    same_strong_id as (
        select a.record_key as a, b.record_key as b
        from strong_id as a
        inner join strong_id as b using (scheme, id)
    ),

    same_name as (
        select a.record_key as a, b.record_key as b
        from comparable as a
        inner join comparable as b using (name_key)
        where a.latitude is null or b.latitude is null
    ),

    found as (
        select *
        from near
        union all
        select *
        from same_address
        union all
        select *
        from same_phone
        union all
        select *
        from same_page
        union all
        select *
        from same_strong_id
        union all
        select *
        from same_name
    )

select distinct a as left_key, b as right_key
from found
where a < b
