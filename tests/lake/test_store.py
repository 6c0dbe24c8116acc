"""Writing the lake: the same content once, and never half a file."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from pipeline.errors import LakeError, UnwritableLakeError
from pipeline.lake.payload import SCHEMA, as_frame
from pipeline.lake.store import (
    collect_payloads,
    known_content,
    known_ids,
    lake_files,
    newest_copies,
    scan_lake,
    write_parquet,
    write_payloads,
    written_alone,
)
from pipeline.lake.verify import verify_lake
from tests.conftest import ROOT
from tests.lake.payloads import DAY, a_payload, files_under


def test_a_payload_comes_back_as_it_went_in(tmp_path: Path):
    payload = a_payload({"é": [1]}, retain_until=DAY + timedelta(days=30))

    write_payloads(tmp_path, [payload])

    (row,) = scan_lake(tmp_path).drop("lake_path").collect().to_dicts()
    assert row == payload.as_row()


def test_an_answer_that_comes_back_is_stored_again_and_is_the_newest(tmp_path: Path):
    """A source says A, then B, then A again: a rebuild must not go on believing B."""
    said = [a_payload(c, fetched_at=DAY + timedelta(days=n)) for n, c in enumerate("ABABB")]

    for payload in said:
        write_payloads(tmp_path, [payload])

    rows = newest_copies(scan_lake(tmp_path).collect())
    assert scan_lake(tmp_path).collect().height == 4  # the last B was known
    assert dict(rows.select("payload_id", "fetched_at").iter_rows()) == {
        said[2].payload_id: said[2].fetched_at,
        said[3].payload_id: said[3].fetched_at,
    }
    assert verify_lake(tmp_path) == []


def test_answers_to_other_requests_do_not_make_one_old(tmp_path: Path):
    first = a_payload(1, request='{"page":1}')
    other = a_payload(2, request='{"page":2}', fetched_at=DAY + timedelta(days=1))

    write_payloads(tmp_path, [first])
    write_payloads(tmp_path, [other])
    write_payloads(tmp_path, [replace(first, fetched_at=DAY + timedelta(days=2))])

    assert scan_lake(tmp_path).collect().height == 2


def test_files_lie_by_source_and_day(tmp_path: Path):
    payloads = [
        a_payload(1),
        a_payload(2),
        a_payload(3, fetched_at=datetime(2026, 1, 15)),
        a_payload(4, source="register"),
    ]

    written = write_payloads(tmp_path, payloads)

    folders = [str(path.parent.relative_to(tmp_path)) for path in written]
    assert folders == [
        "source=council/ingest_date=2026-01-14",
        "source=council/ingest_date=2026-01-15",
        "source=register/ingest_date=2026-01-14",
    ]
    assert lake_files(tmp_path) == written
    assert lake_files(tmp_path, "register") == written[2:]
    assert scan_lake(tmp_path, "council").collect().height == 3


def test_the_same_content_is_stored_once(tmp_path: Path):
    write_payloads(tmp_path, [a_payload([1, 2])])
    before = files_under(tmp_path)

    written = write_payloads(tmp_path, [a_payload([2, 1], fetched_at=DAY + timedelta(days=9))])

    assert written == []
    assert files_under(tmp_path) == before


def test_the_first_of_two_equal_answers_in_a_batch_is_kept(tmp_path: Path):
    later = a_payload([2, 1], fetched_at=DAY + timedelta(hours=1))
    first = a_payload([1, 2])

    write_payloads(tmp_path, [later, first])

    rows = scan_lake(tmp_path).collect()
    assert rows["body"].to_list() == [b"[1, 2]"]
    assert rows["fetched_at"].to_list() == [DAY]


def test_a_new_answer_beside_a_known_one_is_written_alone(tmp_path: Path):
    write_payloads(tmp_path, [a_payload(1)])

    (written,) = write_payloads(tmp_path, [a_payload(1), a_payload(2)])

    assert pl.read_parquet(written, hive_partitioning=False)["body"].to_list() == [b"2"]


def test_the_same_answer_of_two_sources_is_two_payloads(tmp_path: Path):
    write_payloads(tmp_path, [a_payload(1), a_payload(1, source="register")])

    assert scan_lake(tmp_path).collect().height == 2
    assert known_ids(tmp_path, "council", DAY) == {a_payload(1).payload_id}


def test_equal_payloads_in_any_order_give_equal_bytes(tmp_path: Path):
    payloads = [a_payload(n) for n in range(5)]

    (one,) = write_payloads(tmp_path / "one", payloads)
    (other,) = write_payloads(tmp_path / "other", reversed(payloads))

    assert one.name == other.name
    assert one.read_bytes() == other.read_bytes()


def test_what_was_fetched_later_can_be_left_out(tmp_path: Path):
    write_payloads(tmp_path, [a_payload(1), a_payload(2, fetched_at=DAY + timedelta(seconds=1))])

    assert scan_lake(tmp_path, as_of=DAY).collect()["body"].to_list() == [b"1"]


def test_what_may_no_longer_be_kept_can_be_left_out(tmp_path: Path):
    write_payloads(tmp_path, [a_payload(1), a_payload(2, retain_until=DAY)])

    assert scan_lake(tmp_path, kept_at=DAY - timedelta(seconds=1)).collect().height == 2
    assert scan_lake(tmp_path, kept_at=DAY).collect()["body"].to_list() == [b"1"]


def test_an_answer_that_comes_again_after_its_time_is_kept_anew(tmp_path: Path):
    month = timedelta(days=30)
    first = a_payload(1, retain_until=DAY + month)
    early = a_payload(1, fetched_at=DAY + month / 2, retain_until=DAY + 1.5 * month)
    late = a_payload(1, fetched_at=DAY + month, retain_until=DAY + 2 * month)
    write_payloads(tmp_path, [first])

    assert write_payloads(tmp_path, [early]) == []
    assert len(write_payloads(tmp_path, [late])) == 1

    kept = scan_lake(tmp_path, kept_at=DAY + month).collect()
    assert kept["fetched_at"].to_list() == [DAY + month]
    assert verify_lake(tmp_path) == []


def test_only_imported_content_counts_as_a_known_dump(tmp_path: Path):
    write_payloads(tmp_path, [a_payload(1), a_payload(2, endpoint="import")])

    assert known_content(tmp_path, "council") == {a_payload(2).content_sha256}


def test_a_lake_that_is_not_there_is_empty(tmp_path: Path):
    rows = scan_lake(tmp_path / "none").collect()

    assert rows.height == 0
    assert dict(rows.schema) == dict(SCHEMA) | {"lake_path": pl.String}


def test_nothing_to_write_makes_no_folder(tmp_path: Path):
    assert write_payloads(tmp_path / "lake", []) == []
    assert not (tmp_path / "lake").exists()


def test_a_reader_does_not_see_a_file_that_is_being_written(tmp_path: Path):
    (written,) = write_payloads(tmp_path, [a_payload(1)])
    seen_while_writing: list[int] = []

    class WatchedFrame(pl.DataFrame):
        def write_parquet(self, file, **options):  # called with the unfinished file open
            file.write(b"half of it")
            file.flush()
            seen_while_writing.append(scan_lake(tmp_path).collect().height)
            file.seek(0)
            file.truncate()
            super().write_parquet(file, **options)

    write_parquet(WatchedFrame(as_frame([a_payload(2)])), written.with_name("second.parquet"))

    assert seen_while_writing == [1]
    assert scan_lake(tmp_path).collect().height == 2


def test_a_killed_writer_leaves_nothing_that_is_read(tmp_path: Path):
    write_payloads(tmp_path, [a_payload(1)])
    script = (
        "import os, sys\nfrom pathlib import Path\nimport polars as pl\n"
        "from pipeline.lake.store import write_parquet\n"
        "class Killed(pl.DataFrame):\n"
        "    def write_parquet(self, file, **options):\n"
        "        file.write(b'PAR1 half of it')\n        file.flush()\n        os._exit(9)\n"
        "write_parquet(Killed({'a': [1]}), Path(sys.argv[1]))\n"
    )
    target = tmp_path / "source=council" / "ingest_date=2026-01-14" / "second.parquet"

    ended = subprocess.run([sys.executable, "-c", script, str(target)], cwd=ROOT, check=False)

    assert ended.returncode == 9
    assert not target.exists()
    assert scan_lake(tmp_path).collect().height == 1
    assert len(lake_files(tmp_path)) == 1


def test_a_full_disk_is_a_lake_error_and_leaves_nothing(tmp_path: Path):
    # The kernel refuses to let a file of this process grow beyond 2,000 bytes.
    script = (
        "import os, resource, signal, sys\nfrom datetime import datetime\nfrom pathlib import Path\n"
        "from pipeline.errors import LakeError\nfrom pipeline.lake.payload import Payload\nfrom pipeline.lake.store import write_payloads\n"
        "body = os.urandom(50_000)\n"
        "payload = Payload('s', 'e', '{}', 200, 'text/csv', body, datetime(2026, 1, 14), 'authored')\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, 2_000))\n"
        "try:\n    write_payloads(Path(sys.argv[1]), [payload])\n"
        "except LakeError as error:\n    print(error)\n"
    )

    ended = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )

    assert "cannot be written" in ended.stdout
    assert files_under(tmp_path) == []


def test_a_write_that_fails_leaves_the_lake_as_it_was(tmp_path: Path):
    (written,) = write_payloads(tmp_path, [a_payload(1)])

    class FailingFrame(pl.DataFrame):
        def write_parquet(self, file, **_):
            file.write(b"half of it")
            raise OSError(28, "No space left on device")

    with pytest.raises(LakeError, match=r"second\.parquet: cannot be written: .*No space left"):
        write_parquet(FailingFrame(), written.with_name("second.parquet"))

    assert files_under(tmp_path) == [str(written.relative_to(tmp_path))]


def test_a_file_in_the_place_of_the_lake_is_told(tmp_path: Path):
    (tmp_path / "lake").write_text("in the way", "utf-8")

    with pytest.raises(LakeError, match="cannot be written"):
        write_payloads(tmp_path / "lake", [a_payload(1)])


def test_a_damaged_lake_is_told_with_what_to_do(tmp_path: Path):
    (written,) = write_payloads(tmp_path, [a_payload(1)])
    written.write_bytes(b"PAR1 no more")

    with pytest.raises(LakeError, match="try 'sightline lake verify'") as damaged:
        collect_payloads(scan_lake(tmp_path))

    assert damaged.value.exit_code == 11


def test_two_writers_of_one_source_store_what_both_have_once(tmp_path: Path):
    shared, mine, theirs = a_payload("shared"), a_payload("mine"), a_payload("theirs")
    other = threading.Thread(target=write_payloads, args=(tmp_path, [shared, theirs]))

    with written_alone(tmp_path / "source=council") as folder:
        other.start()
        other.join(0.3)  # time in which it would write if it did not wait
        write_parquet(as_frame([shared, mine]), folder / "ingest_date=2026-01-14" / "mine.parquet")
    other.join()

    stored = scan_lake(tmp_path).collect()["payload_id"].to_list()
    assert sorted(stored) == sorted(p.payload_id for p in (shared, mine, theirs))


def test_what_a_killed_process_left_half_written_is_deleted(tmp_path: Path):
    folder = tmp_path / "source=council" / "ingest_date=2026-01-13"
    folder.mkdir(parents=True)
    gone, alive = folder / ".a.parquet.999999999.part", folder / f".b.parquet.{os.getpid()}.part"
    gone.write_bytes(b"half")
    alive.write_bytes(b"half")

    write_payloads(tmp_path, [a_payload()])

    assert (gone.exists(), alive.exists()) == (False, True)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path):
    (tmp_path / "source=council").write_bytes(b"a file in its place")

    with pytest.raises(UnwritableLakeError, match="source=council: cannot be written: "):
        write_payloads(tmp_path, [a_payload()])
