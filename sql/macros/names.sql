-- names: whether one record's name says that it is a part of another. Every
-- identifying word of the part must be in the whole's name, and the whole must be of
-- another kind: `X Tennis Courts` is a part of `X Sports Centre`, but the same thing as
-- `X Tennis`. `Court 3` has no identifying word and an unnamed area has no name, so
-- either may belong to any whole.
-- kind: macro
create or replace macro is_part_of(part, whole) as
    part.entity_name is null
    or (
        list_has_all(whole.identifying_words, part.identifying_words)
        and len(
            list_filter(
                whole.kind_words,
                lambda kind: not list_contains(part.kind_words, kind)
            )
        )
        > 0
    );
