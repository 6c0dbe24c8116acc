"""`sightline explain`: an entity's story on a terminal."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from pipeline.commands.common import console, make_reader, print_json
from pipeline.report import make_table
from pipeline.story import RawReader, Story, read_story

_HEAD = (
    "entity_id",
    "entity_class",
    "slug",
    "completeness",
    "created_at",
    "updated_at",
)


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
    out.print(Text("  " + " · ".join(f"{key} {story.entity[key]}" for key in _HEAD)))
    info = story.entity["source_info"]
    out.print(
        Text(
            f"  discovered by {', '.join(info['discovered_by'])}; primary source "
            f"{info['primary_source']}; verified {info['verified_date']}"
        )
    )
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
    rows = []
    for path in sorted({claim["path"] for claim in story.claims}):
        claims = [claim for claim in story.claims if claim["path"] == path]
        winners = [claim for claim in claims if claim["won"]]
        values = dict.fromkeys(claim["value"] for claim in winners)
        reason = winners[0]["reason"] if winners else "no claim may win"
        sources = dict.fromkeys(claim["source"] for claim in winners)
        rows.append(
            (
                path,
                ", ".join(values),
                ", ".join(sources),
                reason,
                len(claims) - len(winners),
            )
        )
    columns = ("field", "value", "from", "why", "others")
    out.print(make_table("Fields", columns, rows, right="others"))
    out.print(Text("more: sightline explain SLUG FIELD", style="dim"))


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
        levels = ", ".join(
            f"{x['evidence']} {x['level']} {x['weight']:+g}" for x in evidence["levels"]
        )
        out.print(Text(f"      {levels}"))
