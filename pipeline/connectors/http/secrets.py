"""Keys kept out of everything that is stored, told or logged."""

from __future__ import annotations

import html
import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import quote, quote_plus

HIDDEN = "KEY-HIDDEN"
_SHORTEST = 8  # a shorter key is a placeholder: hiding it would spoil the answer
_LOGGERS = ("httpx", *(f"httpcore.{part}" for part in
            ("connection", "http11", "http2", "proxy", "socks")))  # fmt: skip


@dataclass
class Secrets:
    """The keys of a run, hidden in every form in which a server repeats them.

    Case is ignored: Open Charge Map lower-cases the key it was sent.
    """

    _forms: set[str] = field(default_factory=set)
    _text: re.Pattern[str] | None = None
    _bytes: re.Pattern[bytes] | None = None

    def add(self, key: str | None) -> None:
        """Hide this key from now on."""
        if key is None or len(key) < _SHORTEST:
            return
        self._forms |= set(_forms(key))
        ordered = sorted(self._forms, key=lambda form: (-len(form), form))  # the longest first
        pattern = "|".join(re.escape(form) for form in ordered)
        self._text = re.compile(pattern, re.IGNORECASE)
        self._bytes = re.compile(pattern.encode(), re.IGNORECASE)

    def hide(self, text: str) -> str:
        return self._text.sub(HIDDEN, text) if self._text else text

    def hide_bytes(self, body: bytes) -> bytes:
        return self._bytes.sub(HIDDEN.encode(), body) if self._bytes else body

    @contextmanager
    def hidden_in_logs(self) -> Iterator[None]:
        """Hide the keys in what the HTTP library logs: it tells addresses and headers."""
        loggers = [logging.getLogger(name) for name in _LOGGERS]
        for logger in loggers:
            logger.addFilter(self._hide_record)
        try:
            yield
        finally:
            for logger in loggers:
                logger.removeFilter(self._hide_record)

    def _hide_record(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = self.hide(record.getMessage()), ()
        return True


def _forms(key: str) -> Iterator[str]:
    """A key as it is, in an address, in JSON, in markup and as Python shows it."""
    yield key
    yield quote(key)
    yield quote(key, safe="")
    yield quote_plus(key)
    yield json.dumps(key)[1:-1]
    yield json.dumps(key, ensure_ascii=False)[1:-1]
    yield json.dumps(key)[1:-1].replace("/", r"\/")
    yield html.escape(key)
    yield repr(key)[1:-1]
    yield repr(key.encode())[2:-1]
