-- write_run: record one run and every payload it used. Where the clock has gone back
-- since a payload was seen, the later time stays.
-- kind: mutate
-- params: run_id, seen_at
insert or replace into orchestration_run by name
select *
from staged_run
;

insert into raw_ingestion by name
select
    payload_id,
    source,
    lake_path,
    body_sha256,
    fetched_at as first_fetched_at,
    greatest($seen_at, fetched_at) as last_seen_at,
    licence,
    retain_until
from staged_payload
on conflict (payload_id) do update set
    last_seen_at = greatest(last_seen_at, excluded.last_seen_at),
    lake_path = excluded.lake_path,
    body_sha256 = excluded.body_sha256,
    retain_until = excluded.retain_until
;

insert or ignore into run_payload by name
select $run_id as run_id, payload_id, mode, $seen_at as seen_at
from staged_payload
;
