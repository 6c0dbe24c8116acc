"""Members of a JSON answer, named by paths: keeping some of them, or leaving some out.

A path is a list of keys joined by dots. Lists on its way are walked, so that `places.id` names
the id of every place.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

from pipeline.errors import LakeError

_Paths = list[Sequence[str]]


def reduce_body(body: bytes, keep: Collection[str]) -> bytes:
    """The body with these members alone, all others gone; as it came where none is named.

    Raises LakeError for a body that is no JSON: what cannot be reduced must not be stored.
    """
    if not keep:
        return body
    try:
        content = json.loads(body.decode("utf-8-sig", "replace"))  # a bad byte costs its text
    except (ValueError, RecursionError) as error:
        raise LakeError(
            f"the answer is no JSON, so it cannot be reduced to {sorted(keep)}, which is all "
            "that its terms allow to store"
        ) from error
    reduced = _only(content, _split(keep))
    return json.dumps(reduced, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def without_members(content: Any, paths: Collection[str]) -> Any:
    """The decoded content without the members that the paths name."""
    return _less(content, _split(paths))


def _split(paths: Collection[str]) -> _Paths:
    return [path.split(".") for path in sorted(paths)]


def _below(paths: _Paths, key: str) -> _Paths:
    """What is left of the paths that lead through the key."""
    return [path[1:] for path in paths if path[0] == key]


def _only(content: Any, paths: _Paths) -> Any:
    if isinstance(content, list):  # what is no object has no member that could be kept
        return [_only(item, paths) for item in content if isinstance(item, dict | list)]
    if not isinstance(content, dict):
        return None
    kept = {}
    for key, value in content.items():
        inner = _below(paths, key)
        if not inner:
            continue
        if not all(inner):  # the path ends here
            kept[key] = value
        elif isinstance(value, dict | list):
            kept[key] = _only(value, inner)
    return kept


def _less(content: Any, paths: _Paths) -> Any:
    if isinstance(content, list):
        return [_less(item, paths) for item in content]
    if not isinstance(content, dict):
        return content
    return {
        key: _less(value, inner) if (inner := _below(paths, key)) else value
        for key, value in content.items()
        if [key] not in paths
    }
