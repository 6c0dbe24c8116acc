-- addresses: the coarser levels of a postal code.
-- kind: macro
-- The outward half of `EH151DR` is `EH15`; a code that is no longer than that is one
-- already.
create or replace macro postcode_district(code) as
    case when len(code) >= 5 then left(code, len(code) - 3) else code end;
