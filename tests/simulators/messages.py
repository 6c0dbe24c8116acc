"""What a simulator is asked, what it answers, and how the answer travels."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl

import msgspec

JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=utf-8"
XML = "text/xml; charset=utf-8"
TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Asked:
    """One request as it arrived. Names of headers are in lower case; `at` is in seconds."""

    source: str
    method: str
    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    at: float
    fault: str | None = None

    @property
    def json(self) -> dict[str, Any]:
        """The body; empty where it is no JSON object."""
        try:
            document = json.loads(self.body)
        except ValueError:
            return {}
        return document if isinstance(document, dict) else {}

    @property
    def form(self) -> dict[str, str]:
        """The body as a form."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    @property
    def folded(self) -> dict[str, str]:
        """Parameters of query and form, for the APIs that do not mind the case of their names."""
        given = dict(self.params)
        if self.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            given |= self.form
        return {name.lower(): value for name, value in given.items()}


@dataclass(frozen=True)
class Delivery:
    """How an answer travels; as it stands, at once and whole."""

    slow: bool = False  # comes late
    drips: bool = False  # comes in small pieces
    hangs: bool = False
    drops: bool = False  # the connection closes before the first byte
    cut_after: float = 1.0  # the share of the body after which the connection closes
    pieces: Callable[[], Iterator[bytes]] | None = None  # in place of the body, without a length


@dataclass(frozen=True)
class Reply:
    """An answer. The body is what a sound API would send."""

    body: bytes = b""
    status: int = 200
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    delivery: Delivery = Delivery()

    def travelling(self, **how: Any) -> Reply:
        return replace(self, delivery=replace(self.delivery, **how))


Fault = Callable[[Asked, Reply], Reply]


def json_reply(document: Any, status: int = 200, content_type: str = JSON) -> Reply:
    return Reply(msgspec.json.encode(document), status, content_type)


def text_reply(text: str, status: int = 200, content_type: str = TEXT) -> Reply:
    return Reply(text.encode(), status, content_type)


def instead(reply: Reply) -> Fault:
    """A fault that answers so, whatever was asked."""
    return lambda _asked, _sound: reply
