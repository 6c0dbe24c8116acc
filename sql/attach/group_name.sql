-- group_name: one row per group and member name, with the words a page title must hold
-- to mean it. Proper words identify a name; a name without any must be found whole.
-- reads: comparable, cluster
-- grain: group_key, name_key
with
    named as (
        select distinct
            cluster.group_key,
            comparable.name_key,
            map_entries(comparable.words) as words
        from cluster
        inner join comparable using (record_key)
    ),

    proper as (
        select
            *,
            [w.key for w in words if w.value >= 1.0] as proper_words,
            list_sum([w.value for w in words]) as weight
        from named
    )

select
    group_key,
    name_key,
    words,
    proper_words,
    weight,
    case
        when len(proper_words) > 0 then proper_words else [w.key for w in words]
    end as needed_words
from proper
where len(words) > 0
