"""The bench: frames in, steps run, frames out; a failing step is told by its file."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from pipeline.errors import SqlStepError
from pipeline.workbench import Workbench

DOUBLED = "-- doubled: one row per n.\n-- reads: numbers\n-- params: factor\n-- grain: n\nselect n, n * $factor as m from numbers\n"
LARGEST = "-- largest: the last of all.\n-- reads: doubled\n-- grain: m\nselect max(m) as m from doubled\n"


@pytest.fixture
def folder(tmp_path: Path) -> str:
    path = tmp_path / "steps"
    path.mkdir()
    (path / "doubled.sql").write_text(DOUBLED, "utf-8")
    (path / "largest.sql").write_text(LARGEST, "utf-8")
    return str(path)


def numbers(*values: object) -> pl.DataFrame:
    return pl.DataFrame({"n": list(values)}, strict=False)


def test_steps_run_over_laid_frames(bench: Workbench, folder: str):
    bench.register("numbers", numbers(1, 2))

    bench.run(folder, {"factor": 2, "unused": "x"})

    assert sorted(bench.fetch("doubled").rows()) == [(1, 2), (2, 4)]
    assert bench.fetch("largest").rows() == [(4,)]


def test_a_step_runs_again_over_what_is_laid_now(bench: Workbench, folder: str):
    bench.register("numbers", numbers(1, 2))
    bench.run(folder, {"factor": 2})

    bench.register("numbers", numbers(5))
    bench.run_step(folder, "doubled", {"factor": 3})

    assert bench.fetch("doubled").rows() == [(5, 15)]
    assert bench.fetch("largest").rows() == [(4,)]


def test_a_parameter_without_value_is_told(bench: Workbench, folder: str):
    bench.register("numbers", numbers(1))

    with pytest.raises(SqlStepError, match=r"doubled\.sql: no value for \['factor'\]"):
        bench.run(folder)


def test_a_failing_step_is_told_by_its_file(bench: Workbench, folder: str):
    bench.register("numbers", numbers("one"))

    with pytest.raises(SqlStepError, match=r"steps/doubled\.sql: .*Binder Error") as failed:
        bench.run_step(folder, "doubled", {"factor": 2})

    assert failed.value.exit_code == 12


def test_a_step_over_a_table_that_was_never_laid_is_told_by_its_file(bench: Workbench, folder: str):
    with pytest.raises(SqlStepError, match=r"doubled\.sql: .*numbers does not exist"):
        bench.run_step(folder, "doubled", {"factor": 2})


def test_a_variable_of_the_program_is_no_table(bench: Workbench, tmp_path: Path):
    # `params` is a name where the statement is run
    text = "-- read_envelope: one row.\n-- reads: params\n-- grain: a\nselect a from params\n"
    (tmp_path / "read_envelope.sql").write_text(text, "utf-8")

    with pytest.raises(SqlStepError, match="Table with name params does not exist"):
        bench.run(str(tmp_path))


def test_a_value_is_bound_and_never_read_as_sql(bench: Workbench, tmp_path: Path):
    text = "-- said: one row.\n-- params: words\n-- grain: words\nselect $words as words\n"
    (tmp_path / "said.sql").write_text(text, "utf-8")
    hostile = "'; drop table said; --"

    bench.run(str(tmp_path), {"words": hostile})

    assert bench.fetch("said").rows() == [(hostile,)]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("two words", id="a blank"),
        pytest.param("a; drop table b", id="a statement"),
        pytest.param('a"b', id="a quote"),
        pytest.param("Table", id="a capital"),
        pytest.param("1st", id="a digit first"),
        pytest.param("table\n", id="a line end"),
        pytest.param("", id="nothing"),
    ],
)
def test_a_name_that_is_no_identifier_is_refused(bench: Workbench, name: str):
    with pytest.raises(SqlStepError, match="expected lower-case letters"):
        bench.fetch(name)
    with pytest.raises(SqlStepError, match="expected lower-case letters"):
        bench.register(name, numbers(1))


def test_a_file_whose_name_is_no_identifier_makes_no_table(bench: Workbench, tmp_path: Path):
    (tmp_path / "a-b.sql").write_text("-- a-b: one row.\n-- grain: a\nselect 1 as a\n", "utf-8")

    with pytest.raises(SqlStepError, match="table name is 'a-b'"):
        bench.run(str(tmp_path))


def test_a_table_that_no_step_made_is_told(bench: Workbench):
    with pytest.raises(SqlStepError, match=r"table golden_record: .*does not exist"):
        bench.fetch("golden_record")


def test_two_benches_share_nothing(bench: Workbench, tmp_path: Path):
    bench.register("numbers", numbers(1))

    with Workbench(tmp_path / "other", "1GB") as other, pytest.raises(SqlStepError):
        other.fetch("numbers")


def test_a_frame_comes_back_as_it_went_in(bench: Workbench):
    frame = pl.DataFrame(
        {
            "text": ["é", None],
            "list": [["a", None], []],
            "number": [0.0, None],
            "flag": [True, None],
        }
    )

    bench.register("things", frame)

    assert bench.fetch("things").equals(frame)
