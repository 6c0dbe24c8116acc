-- names: whether one record's name says that it is a piece of another.
-- kind: macro
-- What names the piece must name the whole, and the whole must be of another kind, as
-- `X Tennis Courts` is a piece of `X Sports Centre`, and the same as `X Tennis`.
-- `Court 3` names nothing, and an unnamed area may belong anywhere.
create or replace macro is_piece_of(piece, whole) as
    piece.entity_name is null
    or (
        list_has_all(whole.identifying_words, piece.identifying_words)
        and len(
            list_filter(
                whole.kind_words,
                lambda kind: not list_contains(piece.kind_words, kind)
            )
        )
        > 0
    );
