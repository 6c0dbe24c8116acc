"""No key gets out: all of them are planted, and looked for wherever anything is written."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from werkzeug import Request, Response

from tests.conftest import Call
from tests.loopback import KEYS, QUERY, SampleApis, payloads, reply

PLANTED = {name: f'PL4NTED/{number}+"{name[-9:]}"=&x' for number, name in enumerate(KEYS)}
MARK = re.compile(rb"pl4nted", re.IGNORECASE)  # the start of every key, in every escaped form
CHARGERS = "ev charging portobello"


def said(request: Request) -> str:
    """Every key the request carried, in the forms in which servers repeat them."""
    sent = [*request.args.values(), *request.headers.values()]
    keys = [value for value in sent if MARK.search(value.encode())]
    return " ".join(
        form for key in keys for form in (key, quote(key), quote(key, safe=""), quote_plus(key),
                                          key.lower(), key.replace("/", "\\/"))
    )  # fmt: skip


class Parrot(SampleApis):
    """The six APIs, each repeating the key in its own way; `manner` says how."""

    manner = "bodies"

    def _answer(self, request: Request) -> Response:
        told, found = said(request), super()._answer(request)
        if self.manner == "bodies":
            note = {"you_sent": told, "links": [{"href": f"/next?key={told}"}]}
            body = json.loads(found.get_data())
            found = reply([*body, note] if isinstance(body, list) else body | note)
        elif self.manner == "errors":
            return reply(f"<p>no such key: {told}</p>", "text/html", 403)
        elif self.manner == "refusals":
            return reply({"error": {"code": 400, "message": f"key {told}"}, "message": told,
                          "statusCode": 403})  # fmt: skip
        elif self.manner == "redirects" and "again" not in request.args:
            found = Response(status=307)
            found.headers["Location"] = f"{request.path}?again=1&{request.query_string.decode()}"
        elif self.manner == "strange redirects":
            found = Response(status=302)
            found.headers["Location"] = f"https://elsewhere.example.org/{quote(told)}"
        found.headers["X-You-Sent"] = quote(told)
        if told:
            found.headers["Content-Type"] = f"application/json-{quote(told)}"
        return found


@pytest.fixture
def parrot(httpserver: Any, home: Path, monkeypatch: pytest.MonkeyPatch) -> Parrot:
    served = Parrot(httpserver)
    for name, value in (served.environ() | PLANTED).items():
        monkeypatch.setenv(name, value)
    return served


@pytest.fixture
def library_log() -> Iterator[io.StringIO]:
    """What the HTTP library's own loggers say at debug."""
    loggers = [logging.getLogger(name) for name in ("httpx", "httpcore")]
    told = io.StringIO()
    handler = logging.StreamHandler(told)
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
    yield told
    for logger in loggers:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)


def everything_stored(home: Path, sightline: Call) -> bytes:
    """Raw files, unpacked answers with all they are stored with, every table of the warehouse."""
    raw = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    rows = payloads(home)
    unpacked = b"".join(rows["body"]) + str(rows.drop("body").to_dicts()).encode()
    tables = "SELECT table_name FROM information_schema.tables"
    names = [row["table_name"] for row in sightline("sql", tables, "--json").json()]
    assert "extracted_entity" in names
    told = [sightline("sql", f"FROM {name}", "--json").out for name in names]
    return raw + unpacked + "".join(told).encode()


@pytest.mark.parametrize(
    "manner", ["bodies", "errors", "refusals", "redirects", "strange redirects"]
)
def test_no_key_is_found_anywhere(
    parrot: Parrot, home: Path, sightline: Call, library_log: io.StringIO, manner: str
):
    parrot.manner = manner

    called = [
        sightline("--log-level", "debug", "run", query, "--mode", "live", *more)
        for query, more in ((QUERY, ["--json"]), (QUERY, []), (CHARGERS, []))
    ]

    keyed = {"serper", "google_places", "sport_scotland", "open_charge_map"}
    assert all(any(MARK.search(said(r).encode()) for r in parrot.asked(name)) for name in keyed)
    told = "".join(c.out + c.err for c in called) + library_log.getvalue()
    assert "authkey=KEY-HIDDEN" in told
    leak = MARK.search(told.encode())
    assert leak is None, told.encode()[leak.start() - 200 : leak.end() + 200]
    assert MARK.search(everything_stored(home, sightline)) is None
