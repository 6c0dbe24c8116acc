-- 0001_runs: what ran, and which payloads it used.
-- kind: ddl
create table orchestration_run (
    run_id varchar primary key,
    query varchar,
    mode varchar not null,
    ingestion_mode varchar,
    lens_id varchar not null,
    lens_hash varchar not null,
    status varchar not null,
    candidates_found bigint,
    entities_accepted bigint,
    budget_spent decimal(12, 6),
    started_at timestamp not null,
    finished_at timestamp,
    correlation_id varchar,
    report json
);

create table raw_ingestion (
    payload_id varchar primary key,
    source varchar not null,
    lake_path varchar not null,
    body_sha256 varchar not null,
    first_fetched_at timestamp not null,
    last_seen_at timestamp not null,
    licence varchar not null,
    retain_until timestamp
);

create table run_payload (
    run_id varchar not null,
    payload_id varchar not null,
    mode varchar not null,
    seen_at timestamp not null,
    primary key (run_id, payload_id)
);
