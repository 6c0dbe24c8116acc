"""`sightline explain`: an entity's story on a terminal."""

from __future__ import annotations

import argparse
import json
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from pipeline.commands.common import console, make_reader, print_json
from pipeline.report import make_table
from pipeline.story import RawReader, Story, read_story


def execute(arguments: argparse.Namespace) -> None:
    """All fields with their winners, or every claim on one field."""
    settings, lens_id, gate = make_reader(arguments)
    story = read_story(gate, lens_id, arguments.slug)
    claims = story.claims_of(arguments.field) if arguments.field else story.claims
    raw = _raw(settings.lake, claims) if arguments.raw else {}
    if arguments.json:
        shown = [claim | {"raw": raw.get(n)} for n, claim in enumerate(claims)] if raw else claims
        print_json(vars(story) | {"claims": shown})
        return
    out = console()
    _print_head(story, out)
    if arguments.field or arguments.raw:
        _print_claims(claims, raw, out)
    else:
        _print_winners(story, out)
        _print_members(story, out)
        _print_history(story, out)
    if arguments.links:
        _print_links(story, out)


def _raw(lake: Path, claims: list[dict[str, Any]]) -> dict[int, str]:
    reader = RawReader(lake)
    return {
        n: reader.read(claim["payload_id"], claim["json_pointer"]) for n, claim in enumerate(claims)
    }


def _print_head(story: Story, out: Console) -> None:
    out.print(Text(str(story.entity["entity_name"]), style="bold"))
    entity, info = story.entity, story.entity["source_info"]
    for facts in (
        [entity["entity_class"], entity["slug"], entity["entity_id"]],
        [
            f"complete {entity['completeness']:.0%}",
            f"created {entity['created_at']:%Y-%m-%d %H:%M}",
            f"updated {entity['updated_at']:%Y-%m-%d %H:%M}",
            f"verified {info['verified_date']}",
        ],
        [
            f"primary source {info['primary_source']}",
            f"discovered by {', '.join(info['discovered_by'])}",
        ],
    ):
        out.print(Text("  " + " · ".join(facts)))
    out.print()


def _print_claims(claims: list[dict[str, Any]], raw: dict[int, str], out: Console) -> None:
    """Every claim in full: a table would cut what provenance is about."""
    path = None
    for n, claim in enumerate(claims):
        if claim["path"] != path:
            path = claim["path"]
            out.print(Text(path, style="bold"))
        mark, style = ("✓", "green") if claim["won"] else ("✗", "dim")
        out.print(Text(f"  {mark} {claim['value']}", style=style))
        confidence = "" if claim["confidence"] is None else f", confidence {claim['confidence']:g}"
        lines = [
            f"{claim['source']} ({claim['trust_tier']} trust{confidence}): {claim['reason']}",
            f"record  {claim['record_key']}",
            f"rule    {claim['rule_id']} ({claim['method']})",
            f"payload {claim['payload_id']} at {claim['json_pointer'] or '(whole)'}",
            f"seen    {claim['observed_at']:%Y-%m-%d}, licence {claim['licence']}",
        ]
        if n in raw:
            lines += [f"raw     {text}" for text in raw[n].splitlines()]
        for line in lines:
            out.print(Text(f"      {line}"), soft_wrap=True)


def _print_winners(story: Story, out: Console) -> None:
    rows: list[tuple[object, ...]] = []
    module = ""
    for path, claims in groupby(story.claims, key=itemgetter("path")):
        field = path
        if path.startswith("modules."):
            _, named, field = path.split(".", 2)
            if named != module:
                module = named
                rows.append((module, "", "", ""))
            field = f"  {field}"
        rows.append((field, *_verdict(list(claims))))
    columns = ("field", "value", "why", "lost")
    out.print(make_table("Fields", columns, rows, right="lost", whole="field lost"))
    out.print(Text("more: sightline explain SLUG FIELD", style="dim"))


def _verdict(claims: list[dict[str, Any]]) -> tuple[str, str, int]:
    """The value that won on a field, whose it is and why, and how many claims lost."""
    winners = [claim for claim in claims if claim["won"]]
    if not winners:
        return "", "no claim may win", len(claims)
    values = dict.fromkeys(item for claim in winners for item in _items(claim))
    sources = dict.fromkeys(claim["source"] for claim in winners)
    whose = next(iter(sources)) if len(sources) == 1 else f"{len(sources)} sources"
    why = f"{whose}: {winners[0]['reason']}"
    return ", ".join(values), why, len(claims) - len(winners)


def _items(claim: dict[str, Any]) -> list[str]:
    """What a claim states, one text per item of a list or key of an object."""
    match claim["value_type"]:
        case "array":
            return [str(item) for item in json.loads(claim["value"])]
        case "object":
            return [f"{key} {value}" for key, value in json.loads(claim["value"]).items()]
        case _:
            return [claim["value"]]


def _print_members(story: Story, out: Console) -> None:
    rows = [
        (
            m["standing"],
            m["record_key"],
            m["entity_name"] or "(unnamed)",
            m["evidence"]["because"] if m["evidence"] else "",
        )
        for m in story.members
    ]
    out.print()
    out.print(make_table("Records", ("standing", "record", "name", "because"), rows))


def _print_history(story: Story, out: Console) -> None:
    rows = [(h["run_id"], h["event"], h["other_id"] or "", h["cause"]) for h in story.history]
    out.print()
    out.print(make_table("History", ("run", "event", "other", "cause"), rows))


def _print_links(story: Story, out: Console) -> None:
    out.print()
    out.print(Text("Links", style="bold"))
    for link in story.links:
        evidence = link["evidence"]
        gap = f", {evidence['gap_m']:g} m apart" if evidence.get("gap_m") is not None else ""
        out.print(Text(f"  {link['verdict']} {link['score']:+.2f} ({link['tier']}{gap})"))
        out.print(Text(f"      {link['left_key']} ~ {link['right_key']}"))
        prior = round(link["score"] - sum(x["weight"] for x in evidence["levels"]), 4)
        levels = [f"{x['evidence']} {x['level']} {x['weight']:+g}" for x in evidence["levels"]]
        out.print(Text(f"      prior {prior:+g}, {', '.join(levels).replace('_', ' ')}"))
