-- addresses: the coarser levels of a postal code. The outward half of `EH151DR` is
-- `EH15`; a shorter code is already an outward half.
-- kind: macro
create or replace macro postcode_district(code) as
    case when len(code) >= 5 then left(code, len(code) - 3) else code end;
