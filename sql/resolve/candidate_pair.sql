-- candidate_pair: one row per two records worth comparing, left key before right key.
-- They are in neighbouring cells of some 650 m, or share an address, a phone, a page, a
-- strong id, or a name where one of them has no position.
-- reads: comparable, strong_id
-- grain: left_key, right_key
with
    cells as (
        select
            record_key,
            floor(latitude / 0.006)::int as row_no,
            floor(longitude / 0.011)::int as column_no
        from comparable
        where latitude is not null
    ),

    reaching as (
        select record_key, row_no + dy as row_no, column_no + dx as column_no
        from
            cells,
            unnest([-1, 0, 1]) as rows_around(dy),
            unnest([-1, 0, 1]) as columns_around(dx)
    ),

    near as (
        select reaching.record_key as a, cells.record_key as b
        from reaching
        inner join cells using (row_no, column_no)
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
