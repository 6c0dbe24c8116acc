-- strong_id: one row per id of a scheme that the lens trusts to prove identity.
-- reads: feature, strong_scheme
-- grain: record_key, scheme
select
    feature.record_key,
    strong_scheme.scheme,
    json_extract_string(
        feature.external_ids, '$."' || strong_scheme.scheme || '"'
    ) as id
from feature
cross join strong_scheme
where
    feature.role = 'listing'
    and json_extract_string(feature.external_ids, '$."' || strong_scheme.scheme || '"')
    is not null
