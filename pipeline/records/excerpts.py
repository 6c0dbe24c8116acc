"""Excerpts of payloads: chosen items in the envelope they came in, without people or secrets."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import polars as pl
from polars.exceptions import PolarsError

from pipeline.connectors.spec import ConnectorSpec
from pipeline.errors import LakeError, UsageError
from pipeline.lake.members import without_members

HIDDEN = "KEY-HIDDEN"
_SHORTEST_SECRET = 8  # a shorter key is a placeholder: hiding it would spoil the excerpt
_IN_A_LINK = re.compile(r"(?i)([?&](?:auth|api|access)?[_-]?(?:key|token)=)[^&#\s\"'<>\\]+")


@dataclass(frozen=True)
class Excerpt:
    """JSON data or CSV text, and the personal members that were left out of it."""

    payload: Any
    removed: list[str]


def make_excerpt(
    body: bytes,
    content_type: str,
    pointers: Collection[str],
    spec: ConnectorSpec,
    secrets: Collection[str] = (),
) -> Excerpt:
    """The items at the pointers (`/elements/3`; `/3` of a list or a table), in their order.

    Of the envelope, numbers, texts and truths stay that do not differ on every call. Raises
    UsageError for a pointer to no item, LakeError for a body that is neither JSON nor CSV.
    """
    if content_type == "text/csv":
        return _of_table(body, pointers, spec, secrets)
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise LakeError(
            f"{spec.name}: the answer is {content_type}, expected JSON or CSV to take items from"
        ) from error
    paths = [_parsed(pointer) for pointer in pointers]
    kept = _picked(content, paths, spec.volatile)
    removed = [path for path in spec.personal if without_members(kept, [path]) != kept]
    return Excerpt(_without_secrets(without_members(kept, spec.personal), secrets), removed)


def _parsed(pointer: str) -> list[str]:
    """The steps of a JSON pointer. UsageError where it is none."""
    if not pointer.startswith("/") or pointer == "/":
        raise UsageError(f"item is {pointer!r}, expected a JSON pointer such as /elements/3")
    steps = pointer[1:].split("/")
    return [step.replace("~1", "/").replace("~0", "~") for step in steps]


def _picked(content: Any, paths: Sequence[Sequence[str]], volatile: Collection[str]) -> Any:
    if isinstance(content, list):
        return [content[n] for n in sorted({_place(path, len(content)) for path in paths})]
    if not isinstance(content, dict):
        raise UsageError(f"found {type(content).__name__} where items were to be, expected a list")
    unknown = sorted({path[0] for path in paths} - set(content))
    if unknown or any(len(path) == 1 for path in paths):
        told = unknown or sorted({path[0] for path in paths if len(path) == 1})
        lists = sorted(key for key, value in content.items() if isinstance(value, list))
        raise UsageError(f"{told} hold no item, expected pointers below one of {lists}")
    kept = {}
    for key, value in content.items():
        inner = [path[1:] for path in paths if path[0] == key]
        if inner:
            kept[key] = _picked(value, inner, ())
        elif not isinstance(value, dict | list) and key not in volatile:
            kept[key] = value
    return kept


def _place(path: Sequence[str], length: int) -> int:
    if len(path) != 1 or not path[0].isdecimal() or int(path[0]) >= length:
        raise UsageError(
            f"item is {'/'.join(path)!r} of {length}, expected one of 0 to {length - 1}"
        )
    return int(path[0])


def _of_table(
    body: bytes, pointers: Collection[str], spec: ConnectorSpec, secrets: Collection[str]
) -> Excerpt:
    """Rows under their header, as decode_csv counts them."""
    try:
        table = pl.read_csv(BytesIO(body), infer_schema=False)
    except PolarsError as error:
        raise LakeError(f"{spec.name}: the table cannot be read: {error}") from error
    rows = sorted({_place(_parsed(pointer), table.height) for pointer in pointers})
    removed = [name for name in spec.personal if name in table.columns]
    text = table[rows].drop(removed).write_csv()
    return Excerpt(_without_secrets(text, secrets), removed)


def _without_secrets(value: Any, secrets: Collection[str]) -> Any:
    """Texts without our keys, and links without anybody's; no half characters either."""
    if isinstance(value, Mapping):
        return {_clean(key, secrets): _without_secrets(v, secrets) for key, v in value.items()}
    if isinstance(value, list):
        return [_without_secrets(inner, secrets) for inner in value]
    return _clean(value, secrets) if isinstance(value, str) else value


def _clean(text: str, secrets: Collection[str]) -> str:
    for secret in secrets:
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, HIDDEN)
    text = text.encode("utf-8", "replace").decode()
    return _IN_A_LINK.sub(rf"\g<1>{HIDDEN}", text)
