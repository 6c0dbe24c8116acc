"""Keys kept out of everything that is stored, told or logged."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.entities import codepoint2name

HIDDEN = "KEY-HIDDEN"
_SHORTEST = 8  # a shorter key is a placeholder: hiding it would spoil the answer
_PLAIN = re.compile(r"[A-Za-z0-9]+")
_LOGGERS = ("httpx", *(f"httpcore.{part}" for part in
            ("connection", "http11", "http2", "proxy", "socks")))  # fmt: skip


@dataclass
class Secrets:
    """The keys of a run, hidden in every form in which something may repeat them.

    Case is ignored: Open Charge Map lower-cases the key it was sent.
    """

    _keys: set[str] = field(default_factory=set)
    _text: re.Pattern[str] | None = None
    _bytes: re.Pattern[bytes] | None = None
    _marks: set[bytes] = field(default_factory=set)

    def add(self, key: str | None) -> None:
        """Hide this key from now on."""
        if key is None or len(key) < _SHORTEST:
            return
        self._keys.add(key)
        ordered = sorted(self._keys, key=lambda known: (-len(known), known))  # the longest first
        pattern = "|".join("".join(map(_forms, known)) for known in ordered)
        self._text = re.compile(pattern, re.IGNORECASE)
        self._bytes = re.compile(pattern.encode(), re.IGNORECASE)
        self._marks.add(max(_PLAIN.findall(key), key=len, default="").lower().encode())

    def hide(self, text: str) -> str:
        return self._text.sub(HIDDEN, text) if self._text else text

    def hide_bytes(self, body: bytes) -> bytes:
        """The body without keys; a body with no part of one, the usual case, costs one look."""
        if self._bytes is None:
            return body
        lowered = body.lower()
        if not any(mark in lowered for mark in self._marks):
            return body
        return self._bytes.sub(HIDDEN.encode(), body)

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


def _forms(character: str) -> str:
    """A pattern for one character of a key: plain, or escaped as in addresses, JSON or markup.

    An address inside an address escapes the escapes: `%252F`.
    """
    if _PLAIN.fullmatch(character):
        return character
    octets = "".join(f"%(?:25)*{octet:02X}" for octet in character.encode())
    escaped = "".join(rf"\\x{octet:02x}" for octet in character.encode())
    code = ord(character)
    forms = [
        re.escape(character),
        octets,
        escaped,
        rf"\\u{code:04x}",
        f"&#0*{code};",
        f"&#x0*{code:x};",
    ]
    if character == " ":
        forms.append(r"\+")
    if code in codepoint2name:
        forms.append(f"&{codepoint2name[code]};")
    return r"(?:\\|%(?:25)*5C)*(?:" + "|".join(forms) + ")"
