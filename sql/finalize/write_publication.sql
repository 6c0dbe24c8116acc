-- write_publication: record one applied export.
-- kind: mutate
-- params: publication_id, target, edition, plan_hash, counts, applied_at
insert into publication
values (
    $publication_id,
    $target,
    $edition,
    $plan_hash,
    null,
    $counts::json,
    $applied_at
)
;
