"""Records to entities: resolved, merged, admitted, identified, compared with before."""
