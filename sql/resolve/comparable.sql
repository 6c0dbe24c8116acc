-- comparable: one row per record that may be an entity of its own: named, and not a
-- part. A part that belongs to nothing is compared too where its name identifies it.
-- reads: feature, part_link
-- grain: record_key
select
    feature.record_key,
    feature.source,
    feature.entity_class,
    feature.name_key,
    replace(feature.name_key, ' ', '') as compact_name,
    map_from_entries(feature.words) as words,
    feature.numbers,
    feature.latitude,
    feature.longitude,
    feature.accuracy_m,
    feature.footprint,
    feature.street_key,
    feature.house_numbers,
    feature.postcode_key,
    feature.phone,
    feature.website_url,
    feature.site,
    feature.canonical_activities,
    feature.apart_kind,
    -- Tier three: what is left to compare where there is no place.
    sha1(
        concat_ws(
            '|',
            feature.entity_class,
            feature.name_key,
            coalesce(feature.phone, ''),
            coalesce(feature.website_url, ''),
            to_json(feature.canonical_activities)::varchar
        )
    ) as content_key
from feature
left join part_link on feature.record_key = part_link.part_key
where
    feature.role = 'listing'
    and feature.entity_name is not null
    and part_link.part_key is null
    and (feature.part_kind is null or len(feature.identifying_words) > 0)
