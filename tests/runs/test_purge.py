"""After a purge nothing of an expired answer is left, and everything else still is."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from pipeline.connectors.registry import load_connectors
from pipeline.context import start_context
from pipeline.errors import LakeError
from pipeline.lake.payload import Payload, request_json
from pipeline.lake.store import scan_lake, write_payloads
from pipeline.lake.verify import verify_lake
from pipeline.lens.compiled import CompiledLens, load_lens
from pipeline.runs import purge as purging
from pipeline.runs.purge import PurgeReport, purge
from pipeline.runs.rebuild import rebuild
from pipeline.settings import Settings, load_settings
from tests.conftest import LENS, Call

FETCHED = datetime(2026, 2, 1, 9)
WITHIN, AFTER = FETCHED + timedelta(days=1), FETCHED + timedelta(days=31)
MARK = "Zyzzyva"
OF_THE_SAMPLE = 36


def a_place(number: int, latitude: float, **members: Any) -> dict[str, Any]:
    return {
        "id": f"authored-{number}",
        "displayName": {"text": f"{MARK} Padel Arena"},
        "types": ["sports_complex"],
        "formattedAddress": f"{number} {MARK} Street, Edinburgh EH15 1DR, UK",
        "location": {"latitude": latitude, "longitude": -3.11},
        "websiteUri": f"https://{MARK.lower()}-{number}.example/",
        "editorialSummary": {"text": f"The {MARK} of them all"},
    } | members


SECOND = a_place(2, 55.96, displayName={"text": f"Second {MARK} Squash Club"})


def an_answer(source: str, endpoint: str, body: Any, fetched_at: datetime = FETCHED) -> Payload:
    return Payload(
        source, endpoint, request_json({"params": {}, "terms": []}), 200, "application/json",
        json.dumps(body).encode(), fetched_at, "authored", fetched_at + timedelta(days=30),
    )  # fmt: skip


def pages() -> Payload:
    link = f"https://{MARK.lower()}.example/padel-edinburgh"
    result = {"title": f"{MARK} Padel Arena - padel in Edinburgh", "link": link, "snippet": MARK}
    return an_answer("serper", "search", {"organic": [result]})


@pytest.fixture
def settings(sample_home: Path) -> Settings:
    return load_settings()


@pytest.fixture
def held(settings: Settings, lens: CompiledLens) -> Settings:
    """The sample, and two answers that may be kept for a month, in lake and warehouse.

    The answer's own name was another one at first, so that a slug leads on, and one of its
    items cannot be read, so that a report tells of it.
    """
    former = a_place(1, 55.95, displayName={"text": f"Old {MARK} Padel"})
    early = FETCHED - timedelta(hours=1)
    write_payloads(
        settings.lake, [an_answer("google_places", "searchText", {"places": [former]}, early)]
    )
    rebuild_at(settings, lens, WITHIN)
    broken = {"location": {"latitude": MARK}}
    places = [a_place(1, 55.95), SECOND, broken]
    write_payloads(
        settings.lake, [an_answer("google_places", "searchText", {"places": places}), pages()]
    )
    rebuild_at(settings, lens, WITHIN)
    assert found_in_warehouse(settings) >= {
        "entity", "entity_claim", "extracted_entity", "entity_redirect", "entity_history",
        "orchestration_run", "entity_member", "record_link",
    }  # fmt: skip
    return settings


def rebuild_at(settings: Settings, lens: CompiledLens, now: datetime) -> Any:
    return rebuild(start_context(settings, lens, lambda: now))


def purge_at(settings: Settings, now: datetime, **options: Any) -> PurgeReport:
    return purge(settings, lambda: now, **options)


def query(settings: Settings, statement: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        return connection.execute(statement).fetchall()


def found_in_warehouse(settings: Settings, mark: str = MARK) -> set[str]:
    """The tables in any column of which the text stands."""
    found = set()
    for schema, table in query(
        settings, "SELECT table_schema, table_name FROM information_schema.tables"
    ):
        rows = query(settings, f'SELECT t::varchar FROM "{schema}"."{table}" AS t')
        if any(mark.lower() in str(row).lower() for row in rows):
            found.add(table)
    return found


def found_in_lake(settings: Settings, mark: str = MARK) -> list[str]:
    rows = scan_lake(settings.lake).select("body", "lake_path", "request").collect()
    files = [path for path in settings.lake.rglob("*") if path.is_file()]
    return [
        *(path for body, path, _ in rows.iter_rows() if mark.lower().encode() in body.lower()),
        *(str(path) for path in files if mark.lower().encode() in path.read_bytes().lower()),
    ]


def problems(settings: Settings) -> list[str]:
    """What `lake verify` would complain of."""
    return verify_lake(settings.lake, {n: c.spec.volatile for n, c in load_connectors().items()})


def counts(settings: Settings) -> list[tuple[Any, ...]]:
    return query(
        settings, "SELECT (SELECT count(*) FROM entity), (SELECT count(*) FROM entity_claim)"
    )


def test_nothing_of_an_expired_answer_is_left_anywhere(held: Settings):
    report = purge_at(held, AFTER)

    assert {row["source"] for row in report.payloads} == {"google_places", "serper"}
    assert report.lenses == ["edinburgh_finds"]
    assert found_in_warehouse(held) == set()
    assert found_in_lake(held) == []
    ids = {row["payload_id"] for row in report.payloads}
    assert len(ids) == 3
    assert [table for key in ids for table in found_in_warehouse(held, key)] == []
    assert problems(held) == []


def test_what_other_answers_say_stays(held: Settings, settings: Settings):
    purge_at(held, AFTER)

    assert query(held, "SELECT count(*) FROM entity") == [(OF_THE_SAMPLE,)]
    assert query(held, "SELECT count(*) FROM entity WHERE slug = 'powerleague-portobello'") == [
        (1,)
    ]
    reports = query(held, "SELECT report FROM orchestration_run WHERE report IS NOT NULL")
    assert len(reports) == 3  # two rebuilds, and that of the purge
    assert all("stages" in json.loads(text) for (text,) in reports)


def test_a_second_purge_finds_nothing_to_do(held: Settings):
    purge_at(held, AFTER)
    before = query(held, "SELECT * FROM orchestration_run ORDER BY run_id")

    again = purge_at(held, AFTER)

    assert (again.payloads, again.files, again.lenses) == ([], [], [])
    assert query(held, "SELECT * FROM orchestration_run ORDER BY run_id") == before


def test_a_rehearsal_changes_nothing(held: Settings):
    before = counts(held), scan_lake(held.lake).collect().height

    report = purge_at(held, AFTER, is_rehearsal=True)

    assert len(report.payloads) == 3
    assert report.lenses == ["edinburgh_finds"]
    assert (counts(held), scan_lake(held.lake).collect().height) == before


def test_within_their_time_answers_stay(held: Settings):
    before = counts(held)

    assert purge_at(held, WITHIN).payloads == []

    assert counts(held) == before


@pytest.mark.parametrize("step", ["_rebuild_lenses", "_forget", "remove_expired"])
def test_a_purge_that_was_stopped_is_finished_by_the_next(
    held: Settings, monkeypatch: pytest.MonkeyPatch, step: str
):
    """Stopped before the step, and after it."""
    real = getattr(purging, step)

    def stopped(*given: Any) -> None:
        raise LakeError("the disk is full")

    def done_and_stopped(*given: Any) -> None:
        real(*given)
        raise KeyboardInterrupt

    for stop, kind in ((stopped, LakeError), (done_and_stopped, KeyboardInterrupt)):
        with monkeypatch.context() as patch:
            patch.setattr(purging, step, stop)
            with pytest.raises(kind):
                purge_at(held, AFTER)
        assert problems(held) == []

    purge_at(held, AFTER)

    assert found_in_warehouse(held) == set()
    assert found_in_lake(held) == []
    assert query(held, "SELECT count(*) FROM entity") == [(OF_THE_SAMPLE,)]


def test_where_the_files_are_gone_already_the_warehouse_still_forgets(held: Settings):
    for path in (
        scan_lake(held.lake)
        .filter(pl.col("retain_until").is_not_null())
        .collect()["lake_path"]
        .unique()
    ):
        Path(path).unlink()

    report = purge_at(held, AFTER)

    assert report.payloads == []
    assert report.lenses == ["edinburgh_finds"]
    assert query(held, "SELECT count(*) FROM entity") == [(OF_THE_SAMPLE,)]
    assert query(held, "SELECT count(*) FROM raw_ingestion WHERE retain_until IS NOT NULL") == [
        (0,)
    ]


def test_an_answer_that_came_again_is_kept_with_all_that_came_of_it(
    held: Settings, lens: CompiledLens
):
    write_payloads(
        held.lake,
        [
            an_answer(
                "google_places",
                "searchText",
                {
                    "places": [
                        a_place(1, 55.95),
                        SECOND,
                        {"location": {"latitude": MARK}},
                    ]
                },
                AFTER,
            )
        ],
    )
    rebuild_at(held, lens, AFTER)

    report = purge_at(held, AFTER)

    assert len(report.payloads) == 3
    kept = scan_lake(held.lake).filter(pl.col("retain_until").is_not_null()).collect()
    assert kept["fetched_at"].to_list() == [AFTER]
    assert query(held, "SELECT count(*) FROM entity") == [(OF_THE_SAMPLE + 2,)]
    assert found_in_warehouse(held, f"Old {MARK}") == set()


def test_of_a_lens_that_is_gone_whatever_the_answer_spoke_for_goes(
    settings: Settings, lens: CompiledLens
):
    text = LENS.read_text("utf-8").replace("lens: edinburgh_finds", "lens: other_finds")
    folder = settings.home / "lenses" / "other_finds"
    folder.mkdir(parents=True)
    (folder / "lens.yaml").write_text(text)
    write_payloads(
        settings.lake, [an_answer("google_places", "searchText", {"places": [a_place(1, 55.95)]})]
    )
    rebuild_at(settings, load_lens(folder / "lens.yaml", load_connectors()), WITHIN)
    (folder / "lens.yaml").unlink()

    report = purge_at(settings, AFTER)

    (warning,) = report.warnings
    assert "other_finds cannot be rebuilt" in warning
    assert found_in_warehouse(settings) == set()
    assert query(settings, "SELECT count(*) FROM entity") == [(OF_THE_SAMPLE,)]


def test_the_command_tells_what_goes_and_then_takes_it(held: Settings, sightline: Call):
    rehearsed = sightline("lake", "purge", "--dry-run").out  # today is long after that month
    done = sightline("lake", "purge", "--json").json()
    again = sightline("lake", "purge").out

    assert "3 payloads would be removed" in rehearsed
    assert "google_places" in rehearsed
    assert (done["dry_run"], len(done["payloads"]), done["lenses"]) == (
        False,
        3,
        ["edinburgh_finds"],
    )
    assert "0 payloads removed" in again


def test_readers_leave_expired_answers_out_and_say_so(held: Settings, sightline: Call):
    ran = sightline("run", f"{MARK} Padel Arena", "--json").json()
    rebuilt = sightline("rebuild", "--json").json()

    for report in (ran, rebuilt):
        assert any(
            "2 of google_places, 1 of serper" in told and "sightline lake purge" in told
            for told in report["warnings"]
        )
    assert rebuilt["entities"]["removed"] == 2
    assert query(held, "SELECT count(*) FROM entity") == [(OF_THE_SAMPLE,)]


def test_a_lake_without_a_warehouse_can_be_purged(settings: Settings):
    write_payloads(settings.lake, [pages()])

    assert len(purge_at(settings, AFTER).payloads) == 1

    assert not settings.warehouse.exists()
    assert found_in_lake(settings) == []


def test_the_listing_says_what_expires_when(settings: Settings, sightline: Call):
    write_payloads(settings.lake, [pages()])  # its month ended on 3 March 2026

    rows = sightline("lake", "ls", "--json").json()

    expiries = {(row["source"], row["day"]): row["expires"] for row in rows}
    assert expiries["serper", "2026-02-01"] == "2026-03-03T09:00:00"
    assert expiries["serper", "2026-01-14"] is None
    assert "2026-03-03, past" in sightline("lake", "ls").out
