"""SQL files as steps: a header that disagrees with its statement never runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import SqlStepError
from pipeline.sqlsteps import SqlStep, check_steps, load_step, sql_folder
from tests.conftest import ROOT

FOLDERS = sorted(path.name for path in (ROOT / "sql").iterdir() if any(path.glob("*.sql")))


def write_steps(folder: Path, **texts: str) -> str:
    """SQL files by stem; the name of their folder, which need not lie in sql/."""
    for stem, text in texts.items():
        (folder / f"{stem}.sql").write_text(text, "utf-8")
    return str(folder)


def select(
    stem: str, *, reads: str = "", params: str = "", grain: str = "a", statement: str = ""
) -> str:
    return (
        f"-- {stem}: one row per something.\n-- reads: {reads}\n-- params: {params}\n"
        f"-- grain: {grain}\n{statement or 'select 1 as a'}\n"
    )


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_folder_of_the_project_loads(folder: str):
    steps = check_steps(folder)

    assert {step.name for step in steps} == {
        path.stem for path in (ROOT / "sql" / folder).glob("*.sql")
    }
    assert all(step.grain for step in steps if step.kind == "select")


def test_a_header_becomes_a_step(tmp_path: Path):
    folder = write_steps(
        tmp_path,
        best=select(
            "best",
            reads="claim, entity",
            params="wanted",
            grain="a, b",
            statement="select a, b from claim join entity using (a) where b = $wanted",
        ),
    )

    (step,) = check_steps(folder)

    assert step == SqlStep(
        name="best",
        path=tmp_path / "best.sql",
        statement=(tmp_path / "best.sql").read_text("utf-8"),
        kind="select",
        reads=("claim", "entity"),
        params=("wanted",),
        grain=("a", "b"),
        level="",
    )


def test_a_long_list_takes_several_lines(tmp_path: Path):
    text = (
        "-- wide: one row per a.\n-- Why it is so: a sentence: with colons.\n-- reads: one, two,\n"
        "-- reads: three\n-- grain: a\nselect a from one join two using (a) join three using (a)\n"
    )

    (step,) = check_steps(write_steps(tmp_path, wide=text))

    assert step.reads == ("one", "two", "three")


def test_reads_are_the_tables_of_every_depth_and_no_common_table_expressions(tmp_path: Path):
    statement = (
        "with trusted as (select a from claim where a in (select a from allowed))\n"
        "select a, unnest([1]) as b from trusted where exists (from extra where extra.a = trusted.a)"
    )

    folder = write_steps(
        tmp_path, deep=select("deep", reads="claim, allowed, extra", statement=statement)
    )

    assert load_step(folder, "deep").reads == ("claim", "allowed", "extra")


def test_steps_run_in_the_order_of_their_reads_not_of_their_names(tmp_path: Path):
    folder = write_steps(
        tmp_path,
        a_last=select(
            "a_last", reads="b_middle, outside", statement="select a from b_middle, outside"
        ),
        b_middle=select("b_middle", reads="c_first", statement="select a from c_first"),
        c_first=select("c_first"),
    )

    assert [step.name for step in check_steps(folder)] == ["c_first", "b_middle", "a_last"]


def test_a_circle_of_reads_is_refused_with_its_members(tmp_path: Path):
    folder = write_steps(
        tmp_path,
        egg=select("egg", reads="hen", statement="select a from hen"),
        hen=select("hen", reads="egg", statement="select a from egg"),
    )

    with pytest.raises(
        SqlStepError, match=r"read each other: \['(egg', 'hen', 'egg|hen', 'egg', 'hen)'\]"
    ):
        check_steps(folder)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("select 1 as a", "step.sql:1: found 'select 1 as a', expected '-- step: ", id="no header"),
        pytest.param("", "step.sql:1: found ''", id="empty file"),
        pytest.param("-- other: one row.\n-- grain: a\nselect 1 as a", "expected '-- step: ", id="another's name"),
        pytest.param("-- step: one row.\nselect 1 as a", "no '-- grain:' line", id="no grain"),
        pytest.param("-- step: one row.\n\n-- grain: a\nselect 1 as a", "no '-- grain:' line", id="header interrupted"),
        pytest.param(
            select("step", statement="select a from claim"),
            "header says reads [], statement has ['claim']",
            id="an undeclared read",
        ),
        pytest.param(
            select("step", reads="claim"), "header says reads ['claim'], statement has []", id="a read too many"
        ),
        pytest.param(
            select("step", statement="select $x as a"),
            "header says params [], statement has ['x']",
            id="an undeclared parameter",
        ),
        pytest.param(
            select("step", params="x"), "header says params ['x'], statement has []", id="a parameter too many"
        ),
        pytest.param(select("step", statement="select ? as a"), "statement has ['1']", id="a nameless parameter"),
        pytest.param(select("step", statement="selekt 1"), "step.sql: Parser Error", id="no SQL"),
        pytest.param(select("step", statement="select 1; select 2"), "2 statements, expected one", id="two statements"),
        pytest.param(select("step", statement=" "), "0 statements, expected one", id="no statement"),
        pytest.param(
            select("step", statement="insert into claim values (1)"), "Only SELECT statements", id="a step that writes"
        ),
        pytest.param(
            "-- step: adds.\n-- kind: mutate\ninsert into claim values ($x)",
            "header says params [], statement has ['x']",
            id="an undeclared parameter of a statement that writes",
        ),
        pytest.param(
            "-- step: adds.\n-- kind: mutete\ndelete from claim",
            "kind is 'mutete', expected one of ['ddl', 'macro', 'mutate', 'select']",
            id="misspelt kind",
        ),
        pytest.param(
            "-- step: one row.\n-- grain: a\n-- level: fial\nselect 1 as a",
            "level is 'fial', expected one of ['', 'fail', 'warn']",
            id="misspelt level",
        ),
    ],
)  # fmt: skip
def test_a_file_that_breaks_the_form_is_refused(tmp_path: Path, text: str, told: str):
    folder = write_steps(tmp_path, step=text)

    with pytest.raises(SqlStepError) as refused:
        check_steps(folder)

    assert told in str(refused.value)
    assert "step.sql" in str(refused.value)


def test_a_statement_that_writes_needs_no_grain_and_may_be_many(tmp_path: Path):
    text = "-- swap: in two moves.\n-- kind: mutate\n-- params: x\ndelete from a where b = $x;\ninsert into a values ($x);"

    (step,) = check_steps(write_steps(tmp_path, swap=text))

    assert (step.kind, step.params, step.grain) == ("mutate", ("x",), ())


def test_a_folder_without_steps_is_told(tmp_path: Path):
    with pytest.raises(SqlStepError, match=r"holds no \.sql file"):
        check_steps(str(tmp_path))


def test_an_unknown_step_is_told():
    with pytest.raises(SqlStepError, match=r"sql/views has no nothing\.sql"):
        load_step("views", "nothing")


def test_the_projects_folder_is_the_checkouts():
    assert sql_folder("merge") == ROOT / "sql" / "merge"


def test_a_malformed_step_ends_with_exit_code_12():
    assert SqlStepError.exit_code == 12


def test_the_checks_of_the_warehouse_all_say_how_grave_they_are():
    assert {step.level for step in check_steps("checks")} <= {"fail", "warn"}
