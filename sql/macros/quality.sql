-- quality: how good a value looks by its own form, larger is better.
-- kind: macro
create or replace macro text_quality(path, text) as
    case
        -- Complete yet concise, each word of three letters or more in title case.
        when path = 'entity_name'
        then
            round(
                len(
                    list_filter(
                        regexp_split_to_array(text, '[^\p{L}]+'),
                        lambda w: len(w) < 3 or upper(w[1]) = w[1]
                    )
                )
                / len(regexp_split_to_array(text, '[^\p{L}]+')),
                3
            )
            + case when len(text) between 3 and 60 then 0.5 else 0 end
        when path = 'street_address'
        then regexp_matches(text, '\d')::int
        else least(len(text), 280) / 280.0
    end;

create or replace macro phone_quality(text) as
    case
        when regexp_full_match(text, '\+[1-9]\d{6,14}')
        then 3
        when regexp_matches(text, '^(\+|00)')
        then 2
        when len(regexp_replace(text, '\D', '', 'g')) >= 6
        then 1
        else 0
    end;

create or replace macro email_quality(text) as
    case
        when regexp_full_match(text, '[^@\s]+@[^@\s]+\.[a-z]{2,}')
        then
            2
            + (
                not regexp_matches(
                    text, '@(gmail|hotmail|outlook|yahoo|aol|icloud)\.'
                )
            )::int
        else 0
    end;

-- https, then a deeper path, then no tracking, then length: each outweighs what
-- follows.
create or replace macro url_quality(text) as
    1000 * (text like 'https://%')::int
    + 100 * least(
        len(
            list_filter(
                string_split(regexp_extract(text, '^https?://[^/]+/([^?#]*)', 1), '/'),
                lambda part: part != ''
            )
        ),
        9
    )
    + 10 * (not contains(text, '?'))::int
    + least(len(text), 99) / 100.0;

create or replace macro contact_quality(path, text) as
    case
        path
        when 'phone'
        then phone_quality(text)
        when 'email'
        then email_quality(text)
        when 'website_url'
        then url_quality(text)
        -- opening_hours: the canonical syntax has clock times or says always.
        else regexp_matches(text, '\d\d:\d\d-\d\d:\d\d|24/7')::int
    end;
