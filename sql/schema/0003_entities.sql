-- 0003_entities: links, members and relations of records; claims; entities
-- and their history.
-- kind: ddl
create table record_link (
    lens_id varchar not null,
    left_key varchar not null,
    right_key varchar not null,
    tier varchar not null,
    score double not null,
    verdict varchar not null,
    evidence json not null,
    primary key (lens_id, left_key, right_key)
);

create table entity_member (
    lens_id varchar not null,
    record_key varchar not null,
    entity_id varchar not null,
    primary key (lens_id, record_key)
);

create table entity_relation (
    lens_id varchar not null,
    from_id varchar not null,
    to_id varchar not null,
    relation varchar not null,
    evidence json not null,
    primary key (lens_id, from_id, to_id, relation)
);

create table entity_claim (
    lens_id varchar not null,
    entity_id varchar not null,
    path varchar not null,
    "value" varchar not null,
    value_type varchar not null,
    source varchar not null,
    record_key varchar not null,
    trust_tier varchar not null,
    confidence double,
    quality double,
    method varchar not null,
    rule_id varchar not null,
    payload_id varchar not null,
    json_pointer varchar not null,
    licence varchar not null,
    observed_at timestamp not null,
    won boolean not null,
    reason varchar not null
);

create table entity (
    entity_id varchar primary key,
    lens_id varchar not null,
    slug varchar not null,
    entity_name varchar,
    entity_class varchar not null,
    summary varchar,
    description varchar,
    raw_categories varchar[],
    latitude double,
    longitude double,
    street_address varchar,
    city varchar,
    locality varchar,
    postcode varchar,
    country varchar,
    phone varchar,
    email varchar,
    website_url varchar,
    social_media json,
    opening_hours varchar,
    time_start timestamp,
    time_end timestamp,
    external_ids json,
    canonical_activities varchar[] not null,
    canonical_roles varchar[] not null,
    canonical_place_types varchar[] not null,
    canonical_access varchar[] not null,
    modules json not null,
    source_info json not null,
    completeness double not null,
    content_hash varchar not null,
    created_at timestamp not null,
    updated_at timestamp not null,
    unique (lens_id, slug)
);

create table entity_history (
    run_id varchar not null,
    lens_id varchar not null,
    entity_id varchar not null,
    event varchar not null,
    other_id varchar,
    cause varchar not null
);

create table entity_redirect (
    lens_id varchar not null,
    "from" varchar not null,
    "to" varchar not null,
    primary key (lens_id, "from")
);
