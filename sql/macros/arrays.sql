-- arrays: collecting the values of one path, sorted and without duplicates.
-- kind: macro
create or replace macro distinct_values(path, wanted, item) as
    coalesce(list_sort(list(distinct item) filter (where path = wanted)), []);

-- The distinct items of several lists; an empty list where there are none.
create or replace macro gathered(lists) as
    coalesce(list_distinct(flatten(lists)), []);
