-- 0004_decisions: people's decisions, and publications.
-- kind: ddl
create table decision (
    decision_id varchar primary key,
    kind varchar not null,
    subject varchar not null,
    object varchar,
    "value" varchar,
    reviewer varchar not null,
    reason varchar not null,
    decided_at timestamp not null,
    supersedes varchar
);

create table publication (
    publication_id varchar primary key,
    target varchar not null,
    edition varchar not null,
    plan_hash varchar not null,
    run_id varchar,
    counts json not null,
    applied_at timestamp not null
);
