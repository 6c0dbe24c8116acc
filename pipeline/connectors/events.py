"""What a run tells of its connectors while it asks them; light, for whoever only shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class FetchEvent:
    """Something to show while a run asks: `kind` is asked, answered, waiting, failed or done."""

    kind: str
    endpoint: str = ""
    detail: str = ""


Told = Callable[[str, FetchEvent], None]


def tell_nobody(_connector: str, _event: FetchEvent) -> None:
    """For runs that nobody watches."""
