-- quality: how good a value is by its form alone; larger is better.
-- kind: macro
-- Not blank, and not all in capitals; a script without capitals cannot shout.
create or replace macro is_usable_text(text) as
    trim(text) != '' and (text != upper(text) or text = lower(text));

-- `Powerleague Edinburgh - Portobello`, with a hyphen or a dash.
create or replace macro has_branch_tail(text) as
    regexp_matches(text, '\s[-–—]\s+\S');

create or replace macro title_share(words) as
    round(
        case
            when len(words) = 0
            then 1
            else
                len(
                    list_filter(words, lambda w: len(w) < 3 or upper(w[1]) = w[1])
                )
                / len(words)
        end,
        3
    );

create or replace macro text_quality(path, text) as
    case
        -- Complete yet concise, each word of three letters or more in title case.
        when path = 'entity_name'
        then
            title_share(regexp_extract_all(text, '[\p{L}\p{M}]+'))
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

create or replace macro is_email(text) as
    regexp_full_match(text, '[^@\s]+@[^@\s]+\.[a-z]{2,}');

-- Valid, own domain, length: each outweighs all that follow.
create or replace macro email_quality(text) as
    20000 * is_email(text)::int
    + 10000
    * (
        is_email(text)
        and not regexp_matches(text, '@(gmail|hotmail|outlook|yahoo|aol|icloud)\.')
    )::int
    + least(len(text), 9999);

create or replace macro url_depth(text) as
    len(
        list_filter(
            string_split(regexp_extract(text, '^https?://[^/?#]+/([^?#]*)', 1), '/'),
            lambda part: part != ''
        )
    );

-- https, a deeper path, no query string, length: each outweighs all that follow.
create or replace macro url_quality(text) as
    10000000 * (text like 'https://%')::int
    + 100000 * least(url_depth(text), 99)
    + 10000 * (not contains(text, '?'))::int
    + least(len(text), 9999);

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
