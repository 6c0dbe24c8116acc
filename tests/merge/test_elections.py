"""Every merge group elects as its plain-Python oracle does, whatever is claimed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.workbench import Workbench
from tests.oracles import address, contact, dimensions, geo, identity, modules
from tests.oracles.claims import Claim

# Trust and priority of each source; c and d differ in name alone.
SOURCES = {"a": (3, 2), "b": (3, 1), "c": (2, 1), "d": (2, 1), "e": (1, 3)}
QUICK = settings(max_examples=80, deadline=None)
CHAINED = settings(max_examples=40, deadline=None)  # nine steps an example
LETTERS = "aeZÉéßЯж健Ω0157 -–—'&()./🎾\u0301"
SCHEMA = {
    "claim_no": pl.Int64,
    "group_key": pl.String,
    "record_key": pl.String,
    "source": pl.String,
    "observed_at": pl.Datetime("us"),
    "path": pl.String,
    "value": pl.String,
    "value_type": pl.String,
    "confidence": pl.Float64,
    "trust_level": pl.Int64,
    "priority": pl.Int64,
    "accuracy_m": pl.Float64,
    "street_key": pl.String,
    "is_name_doubled": pl.Boolean,
    "merge_group": pl.String,
}
CHOICES = ("identity", "address", "geo", "contact", "module")


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    with Workbench(tmp_path_factory.mktemp("scratch"), "1GB") as opened:
        yield opened


def words() -> st.SearchStrategy[str]:
    """Texts as sources write them, and anything else of a few scripts; also the empty text."""
    written = st.sampled_from(
        [
            "Powerleague Portobello",
            "Powerleague Edinburgh - Portobello",
            "POWERLEAGUE",
            "the grange club",
            "10 Westbank Street",
            "Westbank Street",
            "1845",
            "健身房",
            "Te\u0301le\u0301gym",
            "",
        ]
    )
    return st.one_of(written, st.text(LETTERS, max_size=70))


def urls() -> st.SearchStrategy[str]:
    parts = st.lists(st.sampled_from(["a", "clubs", "portobello"]), max_size=12)
    return st.builds(
        "{}://{}{}{}{}".format,
        st.sampled_from(["http", "https"]),
        st.sampled_from(["x.org", "a-much-longer-name-of-a-site.org"]),
        parts.map(lambda names: "".join(f"/{name}" for name in names)),
        st.sampled_from(["", "/"]),
        st.sampled_from(["", "?utm_source=a/b", "?id=7"]),
    )


def values(path: str) -> st.SearchStrategy[str]:
    """Something to claim on a path."""
    match path:
        case "phone":
            digits = st.text("0123456789 ", min_size=1, max_size=18)
            return st.builds("{}{}".format, st.sampled_from(["", "+", "00", "tel "]), digits)
        case "email":
            return st.builds(
                "{}{}{}".format,
                st.sampled_from(["", "info", "a b", "bookings"]),
                st.sampled_from(["@", "@@", ""]),
                st.sampled_from(
                    ["gmail.com", "grange.org", "club.grange.org", "grange", "x.O", ""]
                ),
            )
        case "website_url":
            return urls()
        case "latitude" | "longitude":
            return st.sampled_from(["0.0", "-3.1", "55.95", "55.9565", "-3.118012"])
        case _:
            return words()


@st.composite
def claim_sets(draw: st.DrawFn, paths: Sequence[str], *, whole: bool = False) -> list[Claim]:
    """Claims of a few records of one group; `whole`: every record claims every path."""
    claims = []
    for record in range(draw(st.integers(1, 5))):
        source = draw(st.sampled_from(sorted(SOURCES)))
        trust, priority = SOURCES[source]
        said = Claim(
            number=0,
            path="",
            value="",
            source=source,
            record_key=f"{source}:{record}",
            trust=trust,
            priority=priority,
            day=draw(st.integers(1, 2)),
            accuracy_m=draw(st.sampled_from([None, 15.0, 20.0, 171.0])),
            street=draw(st.sampled_from([None, "westbank street", "high street"])),
            is_name_doubled=draw(st.booleans()),
        )
        own = paths if whole else draw(st.lists(st.sampled_from(paths), unique=True))
        claims += [replace(said, path=path, value=draw(values(path))) for path in own]
    return numbered(claims)


def numbered(claims: Sequence[Claim]) -> list[Claim]:
    """As the merge numbers them: by path, record and value."""
    ordered = sorted(claims, key=lambda claim: (claim.path, claim.record_key, claim.value))
    return [replace(claim, number=n) for n, claim in enumerate(ordered, start=1)]


def lay(table: Workbench, claims: Sequence[Claim], group: str) -> None:
    """The claims as the table `claim`, all of one merge group but the streets."""
    rows = [
        {
            "claim_no": claim.number,
            "group_key": "g",
            "record_key": claim.record_key,
            "source": claim.source,
            "observed_at": datetime(2026, 1, claim.day),
            "path": claim.path,
            "value": claim.value,
            "value_type": claim.value_type,
            "confidence": claim.confidence,
            "trust_level": claim.trust,
            "priority": claim.priority,
            "accuracy_m": claim.accuracy_m,
            "street_key": claim.street,
            "is_name_doubled": claim.is_name_doubled,
            "merge_group": "identity" if claim.path == "street_address" else group,
        }
        for claim in claims
    ]
    table.register("claim", pl.DataFrame(rows, SCHEMA))


def elected(table: Workbench, claims: Sequence[Claim], step: str) -> dict[str, Claim]:
    """The winner on each path after one step."""
    table.run_step("merge", step)
    won = table.fetch(step).filter((pl.col("preference") == 1) & pl.col("is_eligible"))
    numbers = set(won["claim_no"])
    return {claim.path: claim for claim in claims if claim.number in numbers}


def on(claims: Sequence[Claim], path: str) -> list[Claim]:
    return [claim for claim in claims if claim.path == path]


@QUICK
@given(claims=claim_sets(["entity_name", "summary", "street_address"]))
def test_identity_elects_as_the_oracle(table: Workbench, claims: list[Claim]):
    lay(table, claims, "identity")

    winners = elected(table, claims, "identity_choice")

    paths = {claim.path for claim in claims}
    assert winners == {path: identity.winner(on(claims, path)) for path in paths}


@QUICK
@given(claims=claim_sets(["phone", "email", "website_url"]))
def test_contact_elects_as_the_oracle(table: Workbench, claims: list[Claim]):
    lay(table, claims, "contact")

    winners = elected(table, claims, "contact_choice")

    paths = {claim.path for claim in claims}
    assert winners == {path: contact.winner(on(claims, path)) for path in paths}


@QUICK
@given(claims=claim_sets(["latitude", "longitude"], whole=True))
def test_a_position_is_elected_as_the_oracle(table: Workbench, claims: list[Claim]):
    lay(table, claims, "geo")

    winners = elected(table, claims, "geo_choice")

    assert winners == geo.winners(claims)
    assert len({claim.record_key for claim in winners.values()}) == 1


@QUICK
@given(claims=claim_sets(["street_address", *address.PARTS]))
def test_an_address_is_elected_as_the_oracle(table: Workbench, claims: list[Claim]):
    lay(table, claims, "address")
    table.run_step("merge", "identity_choice")

    winners = elected(table, claims, "address_choice")

    assert winners == address.winners(claims)


LEAVES = {
    "modules.m.pitches.total": "integer",
    "modules.m.pitches.five.total": "integer",
    "modules.m.lit": "boolean",
    "modules.m.note": "string",
    "modules.m.surface": "array",
    "modules.n.note": "string",
}


def leaf_values(kind: str) -> st.SearchStrategy[str]:
    items = st.lists(st.text('a健"\\', max_size=3), min_size=1, max_size=3)
    return {
        "integer": st.integers(0, 20).map(str),
        "boolean": st.sampled_from(["true", "false"]),
        "string": st.text('aÉ健"\\{}', max_size=6),
        "array": items.map(lambda texts: json.dumps(texts, ensure_ascii=False)),
    }[kind]


@st.composite
def module_claims(draw: st.DrawFn) -> list[Claim]:
    claims = []
    for claim in draw(claim_sets(list(LEAVES))):
        kind = LEAVES[claim.path]
        certain = draw(st.sampled_from([None, 0.5, 0.9]))
        value = draw(leaf_values(kind))
        claims.append(replace(claim, value=value, value_type=kind, confidence=certain))
    return numbered(claims)


@CHAINED
@given(claims=module_claims())
def test_modules_merge_as_the_oracle(table: Workbench, claims: list[Claim]):
    lay(table, claims, "module")
    lay_members(table, claims)

    elect_all(table)
    table.run_step("merge", "golden_module")

    found = table.fetch("golden_module")["modules"].to_list()
    assert (json.loads(found[0]) if found else {}) == modules.merged(claims)


@CHAINED
@given(claims=claim_sets(dimensions.NAMES))
def test_dimensions_unite_as_the_oracle(table: Workbench, claims: list[Claim]):
    lay(table, claims, "union")
    lay_members(table, claims)

    elect_all(table)
    table.run_step("merge", "golden_dimension")

    found = table.fetch("golden_dimension").drop("group_key").to_dicts()
    assert found == [dimensions.arrays(claims)]


def lay_members(table: Workbench, claims: Sequence[Claim]) -> None:
    """One member at least, none of them with a module of its own."""
    keys = sorted({"silent", *(claim.record_key for claim in claims)})
    table.register(
        "group_member", pl.DataFrame({"record_key": keys, "group_key": "g", "standing": "member"})
    )
    table.register("extracted_entity", pl.DataFrame({"record_key": keys, "modules": "{}"}))


def elect_all(table: Workbench) -> None:
    for choice in (*CHOICES, "union"):
        table.run_step("merge", f"{choice}_choice")
    table.run_step("merge", "elected_claim")


def test_equal_claims_of_two_sources_end_in_the_name_of_the_source(table: Workbench):
    claims = [
        Claim(1, "entity_name", "Grange", "d", "d:1"),
        Claim(2, "entity_name", "Grange Club", "c", "c:1"),
    ]
    lay(table, claims, "identity")

    winners: dict[str, Any] = elected(table, claims, "identity_choice")

    assert winners["entity_name"].source == "c"
