-- reasons: which criterion decided between two claims.
-- kind: macro
create or replace macro deciding(criteria, mine, theirs) as
    coalesce(
        list_filter(
            list_zip(criteria, mine, theirs), lambda c: c[2] is distinct from c[3]
        )[1][1],
        'source name or age'
    );
