"""Finding a lens by id, folder or file, and the content hash that stands on what it touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.connectors.registry import Connector
from pipeline.errors import LensError
from pipeline.lens.compiled import CompiledLens, find_lens, load_lens
from tests.lens_edits import edited_lens, edited_text, write_lens


def test_a_lens_is_found_by_id_folder_or_file(tmp_path: Path):
    path = write_lens(tmp_path / "own", "lens: x", "cafes")

    assert find_lens("cafes", [tmp_path / "none", tmp_path / "own"]) == path
    assert find_lens(str(path.parent), []) == path
    assert find_lens(str(path), []) == path


def test_the_first_folder_that_has_the_id_wins(tmp_path: Path):
    own = write_lens(tmp_path / "own", "lens: x", "cafes")
    write_lens(tmp_path / "shipped", "lens: x", "cafes")

    assert find_lens("cafes", [tmp_path / "own", tmp_path / "shipped"]) == own


def test_an_unknown_lens_is_told_the_known_ones(tmp_path: Path):
    for name in ("cafes", "pools"):
        write_lens(tmp_path, "lens: x", name)

    with pytest.raises(LensError) as raised:
        find_lens("caffes", [tmp_path])

    told = "lens is 'caffes', expected one of ['cafes', 'pools']; did you mean 'cafes'?"
    assert str(raised.value) == told
    assert raised.value.exit_code == 10


def test_the_hash_tells_content_and_not_how_it_is_written(
    tmp_path: Path, lens: CompiledLens, connectors: dict[str, Connector]
):
    commented = f"# another comment\n{edited_text()}\n\n"
    same = load_lens(write_lens(tmp_path / "commented", commented), connectors)
    other = edited_lens(tmp_path, ("title: Edinburgh Finds", "title: Edinburgh Found"))

    assert same.hash == lens.hash
    assert other.hash != lens.hash
    assert other.id == lens.id


def test_a_compiled_lens_cannot_be_changed(lens: CompiledLens):
    with pytest.raises(AttributeError):
        lens.id = "other"  # type: ignore[misc]
    with pytest.raises(ValueError, match="frozen"):
        lens.contract.title = "Other"


def test_abbreviations_are_folded(lens: CompiledLens):
    assert lens.abbreviations["st"] == "street"
    assert all(word == word.lower() for pair in lens.abbreviations.items() for word in pair)
