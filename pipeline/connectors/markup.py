"""XML as texts and nested mappings, read by expat: well-formed, and without declarations."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from xml.parsers import expat

_ENCODING = re.compile(rb"""^<\?xml[^>]*?\sencoding=["']([A-Za-z0-9._-]+)["']""")
_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}


class MarkupError(ValueError):
    """Text that is no well-formed XML, or that declares a document type."""


def decode_markup(body: bytes) -> str:
    """The body as text with plain line ends, as its mark or its first line says it is encoded.

    A byte that is none of the encoding costs itself alone.
    """
    declared = _ENCODING.match(body)
    encoding = _MARKS.get(body[:3]) or _MARKS.get(body[:2])
    encoding = encoding or (declared[1].decode("ascii") if declared else "utf-8")
    try:
        text = body.decode(encoding, errors="replace")
    except LookupError:
        text = body.decode("utf-8", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def require_markup(body: bytes) -> str:
    """The name of the root element. Raises MarkupError.

    A document type is refused: entities of its own could unfold without bound.
    """
    parser = _parser()
    roots: list[str] = []

    def begin(name: str, _attributes: Mapping[str, str]) -> None:
        roots.append(name)
        parser.StartElementHandler = None  # the rest at the speed of C

    parser.StartElementHandler = begin
    _parse(parser, body)
    return roots[0]


def read_element(text: str) -> dict[str, Any]:
    """The children of the outermost element: texts, or mappings where they have children.

    Of a repeated name the first counts; an element without content is None. Raises MarkupError.
    """
    reader = _Reader()
    _read(reader, text)
    return reader.root


def read_elements(text: str, name: str) -> list[dict[str, Any]]:
    """The children of each element of that name, wherever it stands. Raises MarkupError."""
    reader = _Reader(name)
    _read(reader, text)
    return reader.found


class _Reader:
    """Elements as they open and close; those named `wanted` are gathered in `found`."""

    def __init__(self, wanted: str | None = None) -> None:
        self.root: dict[str, Any] = {}
        self.found: list[dict[str, Any]] = []
        self._wanted = wanted
        self._open: list[tuple[dict[str, Any], list[str]]] = []

    def begin(self, _name: str, _attributes: Mapping[str, str]) -> None:
        self._open.append(({}, []))

    def add(self, text: str) -> None:
        self._open[-1][1].append(text)

    def end(self, name: str) -> None:
        children, texts = self._open.pop()
        if name == self._wanted:
            self.found.append(children)
        elif self._open:
            self._open[-1][0].setdefault(name, children or "".join(texts) or None)
        self.root = children


def _read(reader: _Reader, text: str) -> None:
    parser = _parser()
    parser.StartElementHandler = reader.begin
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.add
    _parse(parser, text)


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(name: str, *_: Any) -> None:
        raise MarkupError(f"the document declares its type ({name}), which no dump needs")

    parser.StartDoctypeDeclHandler = refuse
    return parser


def _parse(parser: expat.XMLParserType, text: str | bytes) -> None:
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        raise MarkupError(str(error)) from error
