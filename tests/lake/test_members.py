"""What is left of an answer of which only some members may be stored."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipeline.errors import LakeError
from pipeline.lake.members import reduce_body, without_members

PLACES = {
    "places": [
        {"id": "a", "location": {"latitude": 1.5, "longitude": 0}, "name": "Secret"},
        {"name": "Secret"},
        {"id": "b", "reviews": [{"author": "Secret"}]},
    ],
    "nextPageToken": "Secret",
}


@pytest.mark.parametrize(
    ("keep", "content", "left"),
    [
        pytest.param(
            ["places.id", "places.location"],
            PLACES,
            {"places": [{"id": "a", "location": {"latitude": 1.5, "longitude": 0}}, {}, {"id": "b"}]},
            id="of every item, in its order",
        ),
        pytest.param(["places.id"], {}, {}, id="an answer without results"),
        pytest.param(["places.id"], {"places": None}, {}, id="null where items should be"),
        pytest.param(["places.id"], {"places": "Secret"}, {}, id="a text on the way"),
        pytest.param(["places.id"], {"places": ["Secret", {"id": 1}]}, {"places": [{"id": 1}]},
                     id="a text among the items"),
        pytest.param(["places.id"], {"places": [[{"id": 1, "x": "Secret"}]]},
                     {"places": [[{"id": 1}]]}, id="lists in lists"),
        pytest.param(["id"], [{"id": 1, "x": "Secret"}], [{"id": 1}], id="a bare list"),
        pytest.param(["id"], "Secret", None, id="a bare text"),
        pytest.param(["a", "a.b"], {"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 2}},
                     id="a path within another"),
    ],
)  # fmt: skip
def test_only_the_named_members_are_left(keep: list[str], content: Any, left: Any):
    reduced = reduce_body(json.dumps(content).encode(), keep)

    assert json.loads(reduced) == left


def test_where_nothing_is_named_the_body_stays_as_it_came():
    assert reduce_body(b' {"a" : 1}\n', ()) == b' {"a" : 1}\n'


@pytest.mark.parametrize("body", [b"<html>", b"", b"\xff\xfe", b"[" * 100_000])
def test_what_cannot_be_reduced_does_not_enter(body: bytes):
    with pytest.raises(LakeError, match="cannot be reduced"):
        reduce_body(body, ["places.id"])


def test_members_can_be_left_out_wherever_they_stand():
    content = [
        {"id": 1, "user": "Name"},
        {"id": 2, "tags": {"user": "kept"}, "edits": [{"uid": 3}]},
    ]

    left = without_members(content, ["user", "edits.uid"])

    assert left == [{"id": 1}, {"id": 2, "tags": {"user": "kept"}, "edits": [{}]}]
