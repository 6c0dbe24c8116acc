-- geography: great-circle distances, and whether an outline contains a point.
-- kind: macro
create or replace macro distance_m(lat_1, lon_1, lat_2, lon_2) as
    2 * 6371008.8 * asin(
        sqrt(
            sin(radians(lat_2 - lat_1) / 2) ** 2
            + cos(radians(lat_1))
            * cos(radians(lat_2))
            * sin(radians(lon_2 - lon_1) / 2) ** 2
        )
    );

-- Even-odd rule over edges [lat, lon, lat, lon], in any order; holes are left out.
create or replace macro outline_contains(edges, lat, lon) as
    len(
        list_filter(
            edges,
            lambda e: (e[1] > lat) != (e[3] > lat)
            and lon < (e[4] - e[2]) * (lat - e[1]) / (e[3] - e[1]) + e[2]
        )
    )
    % 2
    = 1;

-- Nothing inside, else the metres to the nearest corner; null without an outline.
create or replace macro outline_gap_m(edges, lat, lon) as
    case
        when outline_contains(edges, lat, lon)
        then 0.0
        else list_min(list_transform(edges, lambda e: distance_m(e[1], e[2], lat, lon)))
    end;
