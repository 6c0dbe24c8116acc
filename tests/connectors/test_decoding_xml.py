"""XML bodies to rows: as a parser reads them, and a broken record costs itself alone."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.connectors.decoding import Decoded
from pipeline.connectors.decoding_xml import decode_xml, read_records
from pipeline.connectors.markup import MarkupError, require_markup

PATHS = ["Id", "Name", "Place/Lat", "Place/Lon"]


def document(*records: str, head: str = '<?xml version="1.0"?>') -> str:
    return f"{head}<Root><Head><Name>not mine</Name></Head><All>{''.join(records)}</All></Root>"


def decode(text: str | bytes) -> Decoded:
    body = text.encode() if isinstance(text, str) else text
    return decode_xml("p0", body, "Rec", PATHS)


def oracle(body: bytes) -> list[tuple[str | None, ...]]:
    """What a parser finds, name by name the first such child; its text if it has no children."""
    return [
        tuple(text_of(record, *path.split("/")) for path in PATHS)
        for record in ET.fromstring(body).iter("Rec")
    ]


def text_of(element: ET.Element, *names: str) -> str | None:
    found: ET.Element | None = element
    for name in names:
        found = found.find(name) if found is not None else None
    return (found.text or None) if found is not None and not len(found) else None


def rec(number: int, inside: str = "") -> str:
    return f"<Rec><Id>{number}</Id><Name>N{number}</Name>{inside}</Rec>"


def test_records_are_read_as_text_with_their_place():
    found = decode(document(rec(7, "<Place><Lon>-3.1</Lon><Lat>55.9</Lat></Place>"), rec(8)))

    assert found.rows.rows() == [
        ("p0", "/0", "7", "N7", "55.9", "-3.1"),
        ("p0", "/1", "8", "N8", None, None),
    ]
    assert found.failures.is_empty()


TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff")
    | st.sampled_from("&<>\"'\n\t]=/"),
    max_size=12,
)
WRITTEN = st.one_of(
    TEXTS.map(escape),
    TEXTS.map(lambda text: escape(text, {'"': "&quot;", "'": "&apos;"})),
    TEXTS.filter(lambda text: "]]>" not in text).map(lambda text: f"<![CDATA[{text}]]>"),
    st.integers(32, 0xD7FF).map(lambda code: f"&#{code};&#x{code:x};"),
    st.sampled_from(["", "&amp;amp;", "a > b", "<!-- no </Rec> --> text", "<?note it?>", "\r\n"]),
)
ATTRIBUTES = st.one_of(
    st.just(""),
    st.just(" "),
    TEXTS.map(lambda text: f" a={quoteattr(text)}"),
    st.just(" x:nil='true' b = \"1>2/\""),
)


@st.composite
def elements(draw: st.DrawFn, depth: int = 0) -> str:
    """Wanted elements and others, in and out of their place, repeated, empty, with attributes."""
    name = draw(st.sampled_from(["Id", "Name", "Lat", "Lon", "Place", "IdX", "Other"]))
    attributes = draw(ATTRIBUTES)
    if draw(st.integers(0, 5)) == 0:
        return f"<{name}{attributes}/>"
    is_nested = depth < 2 and (name == "Place" or draw(st.integers(0, 5)) == 0)
    inside = (
        "".join(draw(st.lists(elements(depth + 1), max_size=3))) if is_nested else draw(WRITTEN)
    )
    return f"<{name}{attributes}>{inside}</{name}{draw(st.sampled_from(['', ' ']))}>"


@st.composite
def records(draw: st.DrawFn) -> str:
    attributes = draw(ATTRIBUTES)
    if draw(st.integers(0, 9)) == 0:
        return f"<Rec{attributes}/>"
    inside = draw(st.lists(elements(), max_size=5))
    return f"<Rec{attributes}>{draw(st.sampled_from(['', ' ', chr(10)])).join(inside)}</Rec>"


@given(st.lists(records(), max_size=4))
def test_every_document_is_read_as_a_parser_reads_it(given_records: list[str]):
    text = document(*given_records).replace("<Root>", "<Root xmlns:x='urn:x'>", 1)

    found = decode(text)

    assert found.failures.is_empty()
    assert found.rows.select(PATHS).rows() == oracle(text.encode())
    assert found.rows["json_pointer"].to_list() == [f"/{n}" for n in range(len(given_records))]


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param("<Rec><Id>2</Id><Name>N2</Rec>", id="an element left open"),
        pytest.param("<Rec><Id>2</Name></Rec>", id="another element closed"),
        pytest.param("<Rec><Id>2</Id><Name>N & M</Name></Rec>", id="a bare ampersand"),
        pytest.param("<Rec><Id>2</Id><Name>&nbsp;</Name></Rec>", id="an entity nobody declared"),
        pytest.param("<Rec><Id>2</Id><Name>\x02</Name></Rec>", id="a control character"),
        pytest.param("<Rec><Id>2</Id><Name>]]></Name></Rec>", id="the end of no section"),
        pytest.param("<Rec><Id a=1>2</Id></Rec>", id="an attribute without quotes"),
        pytest.param("<Rec><Id>2</Id>", id="a record left open"),
        pytest.param("<Id>2</Id></Rec>", id="a record that never began"),
    ],
)
@pytest.mark.parametrize("remark", ["", "<!-- remark -->"])
def test_a_broken_record_costs_itself_alone(broken: str, remark: str):
    found = decode(document(rec(1), broken, remark, rec(3), rec(4)))

    assert found.rows["Id"].to_list() == ["1", "3", "4"]
    assert found.rows["json_pointer"].to_list() == ["/0", "/2", "/3"]
    assert found.failures["json_pointer"].to_list() == ["/1"]


def test_a_text_that_breaks_off_loses_its_last_record():
    found = decode(document(rec(1), rec(2)).split("<Name>N2")[0])

    assert found.rows["Id"].to_list() == ["1"]
    assert found.failures.rows() == [("p0", "/1", "the record is not closed")]


@pytest.mark.parametrize("text", ["", "<Root/>", document(), "no XML"])
def test_where_there_is_no_record_there_is_no_row(text: str):
    found = decode(text)

    assert (found.rows.height, found.failures.height) == (0, 0)
    assert read_records(text.encode(), "Rec") == []


@pytest.mark.parametrize(
    ("encoding", "head"),
    [
        ("utf-8", "\ufeff<?xml version='1.0'?>"),
        ("utf-16", "<?xml version='1.0' encoding='utf-16'?>"),
        ("iso-8859-1", '<?xml version="1.0" encoding="ISO-8859-1"?>'),
        ("utf-8", '<?xml version="1.0" encoding="no-such"?>'),
    ],
)
def test_a_text_is_read_in_its_own_encoding(encoding: str, head: str):
    body = document("<Rec><Name>Café</Name></Rec>", head=head).encode(encoding)

    assert decode(body).rows["Name"].to_list() == ["Café"]


def test_a_byte_of_no_encoding_costs_itself_alone():
    body = document(rec(1)).encode().replace(b"N1", b"N\xff1")

    assert decode(body).rows["Name"].to_list() == ["N\ufffd1"]


@pytest.mark.parametrize("remark", ["", "<!-- <Rec/> -->"])
def test_a_record_is_shown_with_all_it_says(remark: str):
    whole = "<Place><Lat a='1'>5</Lat><Far/></Place>"
    body = document(rec(1), remark, rec(2, whole)).encode()

    shown: list[Any] = read_records(body, "Rec")

    assert shown[0] == {"Id": "1", "Name": "N1"}
    assert shown[1] == {"Id": "2", "Name": "N2", "Place": {"Lat": "5", "Far": None}}


def test_a_broken_record_is_shown_as_nothing_and_counted():
    body = document(rec(1), "<Rec><Id>2</Rec>", rec(3)).encode()

    assert [record and record["Id"] for record in read_records(body, "Rec")] == ["1", None, "3"]


def test_a_document_may_not_declare_entities():
    bomb = '<?xml version="1.0"?><!DOCTYPE Root [<!ENTITY a "aaaa">]><Root>&a;</Root>'

    with pytest.raises(MarkupError, match="declares its type"):
        require_markup(bomb.encode())


def test_an_entity_of_a_declaration_is_never_unfolded():
    text = '<!DOCTYPE Root [<!ENTITY a "aaaa">]>' + document("<Rec><Id>&a;</Id></Rec>", head="")

    found = decode(text)

    assert found.rows.is_empty()
    assert found.failures["json_pointer"].to_list() == ["/0"]
