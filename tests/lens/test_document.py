"""A contract file as data with lines: every fault is a finding, none an exception."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.lens.document import Document, load_document


def read(folder: Path, raw: str | bytes) -> Document:
    path = folder / "lens.yaml"
    path.write_bytes(raw if isinstance(raw, bytes) else raw.encode())
    return load_document(path, "lens.yaml")


def told(document: Document) -> list[tuple[int, int | str, str, str]]:
    return [(f.line, f.gate, f.rule, f.found) for f in document.findings]


def test_a_clean_file_is_its_data_with_the_line_of_every_part(tmp_path: Path):
    document = read(tmp_path, "# note\nname: x\nrules:\n  - {id: a}\n  - id: b\n    size: 2\n")

    assert document.data == {"name": "x", "rules": [{"id": "a"}, {"id": "b", "size": 2}]}
    assert document.findings == ()
    assert document.line(("name",)) == 2
    assert document.line(("rules",)) == 3
    assert document.line(("rules", 0)) == 4
    assert document.line(("rules", 0, "id")) == 4
    assert document.line(("rules", 1, "size")) == 6


def test_a_part_that_is_not_in_the_file_has_the_line_of_what_is_round_it(tmp_path: Path):
    document = read(tmp_path, "a: 1\nb:\n  c:\n    d: 1\n")

    assert document.line(("b", "c", "missing", 3, "deeper")) == 3
    assert document.line(("nothing",)) == 1


def test_a_key_that_stands_twice_is_told_where_it_stands_again(tmp_path: Path):
    document = read(tmp_path, "rules:\n  a: 1\n  b: 2\n  a: 3\n")

    assert told(document) == [(4, 4, "rules.a", "the key twice")]
    assert document.data == {"rules": {"a": 1, "b": 2}}


@pytest.mark.parametrize(
    ("raw", "line", "found"),
    [
        pytest.param("a: 1\nb:\n\t- c\n", 3, "cannot start any token", id="a tab"),
        pytest.param("a: [1\n", 2, "did not find expected", id="a list that never ends"),
        pytest.param("a: 1\n---\nb: 2\n", 2, "another document", id="two documents"),
        pytest.param("a: \x00\n", 1, "control characters", id="a control character"),
        pytest.param(b"a: caf\xe9\n", 1, "no UTF-8", id="Latin-1 bytes"),
        pytest.param("- a\n- b\n", 1, "no mapping", id="a list at the top"),
        pytest.param("just words\n", 1, "no mapping", id="a text at the top"),
        pytest.param("", 1, "no mapping", id="an empty file"),
        pytest.param("# only a comment\n", 1, "no mapping", id="only a comment"),
    ],
)
def test_a_file_that_is_no_contract_is_one_finding(
    tmp_path: Path, raw: str | bytes, line: int, found: str
):
    document = read(tmp_path, raw)

    assert document.data == {}
    assert [(f.line, f.gate, f.level) for f in document.findings] == [(line, 1, "error")]
    assert found in document.findings[0].found


@pytest.mark.parametrize(
    "path", [pytest.param("absent.yaml", id="missing"), pytest.param(".", id="a folder")]
)
def test_a_file_that_cannot_be_read_is_one_finding(tmp_path: Path, path: str):
    document = load_document(tmp_path / path, "lens.yaml")

    assert document.data == {}
    assert document.findings[0].found.startswith("no readable file")


def test_a_file_beyond_the_limit_is_refused_by_its_size(tmp_path: Path):
    document = read(tmp_path, b"a: " + b"x" * (8 * 1024 * 1024))

    assert told(document) == [(1, 1, "the file", "8388611 bytes")]  # 8 * 2**20 + 3


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param("a: &x [1]\nb: 2\nc: *x\n", id="of a list"),
        pytest.param("a: &x {k: 1}\nb: 2\nc: *x\n", id="of a mapping"),
        pytest.param("a: &x word\nb: 2\nc: *x\n", id="of a text"),
    ],
)
def test_an_alias_is_told_where_it_stands(tmp_path: Path, raw: str):
    document = read(tmp_path, raw)

    assert told(document) == [(3, 1, "c", "an alias")]
    assert document.data["c"] is None


def test_a_merge_key_is_an_alias_too(tmp_path: Path):
    document = read(tmp_path, "base: &x {k: 1}\nother:\n  <<: *x\n")

    assert told(document) == [(3, 1, "other.<<", "an alias")]


def test_aliases_of_aliases_do_not_unfold(tmp_path: Path):
    # Each line holds the one above ten times: unfolded, 10**12 items.
    lines = ["a0: &a0 [x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 13)]

    document = read(tmp_path, "\n".join(lines))

    assert len(document.findings) == 120
    assert document.data["a12"] == [None] * 10


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        pytest.param("a:\n  " + "[" * 100 + "]" * 100, 2, id="brackets"),
        pytest.param("a: " + "[" * 1_000_000, 1, id="a million brackets"),
        pytest.param("a:\n  " + "- " * 50_000 + "x", 2, id="dashes"),
        # The root is level one, so the key of line 51 opens level 51.
        pytest.param("".join(" " * n + "k:\n" for n in range(3000)), 51, id="indented keys"),
    ],
)
def test_deep_nesting_is_a_finding_and_no_crash(tmp_path: Path, raw: str, line: int):
    document = read(tmp_path, raw)

    assert told(document) == [(line, 1, "the file", "a part nested too deep")]


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        pytest.param("yes", "yes", id="yes is a word"),
        pytest.param("No", "No", id="no is a word"),
        pytest.param("on", "on", id="on is a word"),
        pytest.param("2026-01-14", "2026-01-14", id="a date stays text"),
        pytest.param("2026-01-14T09:00:00Z", "2026-01-14T09:00:00Z", id="an instant stays text"),
        pytest.param("10:30", "10:30", id="a clock time is no sexagesimal number"),
        pytest.param("1:30.5", "1:30.5", id="nor is one with a fraction"),
        pytest.param("true", True, id="true is true"),
        pytest.param("False", False, id="false is false"),
        pytest.param("12", 12, id="an integer"),
        pytest.param("0.5", 0.5, id="a fraction"),
        pytest.param("~", None, id="nothing"),
        pytest.param("'12'", "12", id="a quoted number is text"),
    ],
)
def test_plain_words_stay_the_text_they_are(tmp_path: Path, written: str, read_as: object):
    document = read(tmp_path, f"a: {written}\nyes: 1\n")

    assert document.data["a"] == read_as
    assert type(document.data["a"]) is type(read_as)
    assert document.data["yes"] == 1
    assert document.findings == ()


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("!local x", id="a tag of nobody"),
        pytest.param("!!python/object:os.system x", id="a tag that would run code"),
        pytest.param("!!int x", id="a number that is none"),
        pytest.param("9" * 5000, id="a number without end"),
        pytest.param(".nan", id="not a number"),
        pytest.param("-.inf", id="infinity"),
        pytest.param("!!binary aGk=", id="bytes"),
    ],
)
def test_a_value_that_is_no_plain_one_is_a_finding(tmp_path: Path, written: str):
    document = read(tmp_path, f"a: 1\nb: {written}\n")

    assert [(f.line, f.gate, f.rule) for f in document.findings] == [(2, 1, "b")]
    assert document.findings[0].expected == "a text, a number, true or false"
    assert document.data == {"a": 1, "b": None}


def test_a_key_of_several_parts_is_a_finding(tmp_path: Path):
    document = read(tmp_path, "a: 1\n? [b, c]\n: d\n")

    assert told(document) == [(2, 1, "the file", "a key of several parts")]
    assert document.data == {"a": 1}
