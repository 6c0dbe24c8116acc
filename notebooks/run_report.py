import marimo

__generated_with = "0.25.2"
app = marimo.App(width="full", app_title="Sightline: what a run did")

with app.setup:
    import json

    import altair as alt
    import marimo as mo
    import polars as pl

    from pipeline.connectors.registry import load_connectors
    from pipeline.context import open_gate
    from pipeline.lens.compiled import find_lens, load_lens
    from pipeline.runs.history import read_points, read_runs
    from pipeline.settings import load_settings
    from pipeline.story import read_story


@app.function
def stage_table(report: dict) -> pl.DataFrame:
    """The stages of a run, one row each, with what went in and what came out."""
    rows = [{"stage": name.replace("_", " "), **stage} for name, stage in report["stages"].items()]
    return pl.DataFrame(rows)


@app.function
def connector_table(report: dict) -> pl.DataFrame:
    """What each connector did, in the order of the plan."""
    columns = [
        "name", "status", "phase", "mode", "payloads", "records", "entities", "values_won",
        "cost", "seconds", "why",
    ]  # fmt: skip
    frame = pl.DataFrame(report["connectors"])
    return frame.select(name for name in columns if name in frame.columns)  # runs of before, too


@app.function
def place_map(points: pl.DataFrame, others: pl.DataFrame, boxes: pl.DataFrame, chosen: str):
    """The run's entities over the lens's named places and all other entities, in degrees."""
    lat_pad = max(0.008, (points["latitude"].max() - points["latitude"].min()) * 0.12)
    lon_pad = max(0.020, (points["longitude"].max() - points["longitude"].min()) * 0.12)
    x = alt.Scale(
        domain=[points["longitude"].min() - lon_pad, points["longitude"].max() + lon_pad],
        nice=False,
    )
    y = alt.Scale(
        domain=[points["latitude"].min() - lat_pad, points["latitude"].max() + lat_pad], nice=False
    )
    quiet = alt.Axis(title=None, format=".3f", grid=False, tickCount=5)
    where = {
        "x": alt.X("longitude:Q", scale=x, axis=quiet),
        "y": alt.Y("latitude:Q", scale=y, axis=quiet),
    }
    ground = (
        alt.Chart(boxes)
        .mark_rect(fill="#5b7083", fillOpacity=0.08, stroke="#5b7083", strokeOpacity=0.4, clip=True)
        .encode(x=alt.X("west:Q", scale=x), x2="east:Q", y=alt.Y("south:Q", scale=y), y2="north:Q")
    )
    names = (
        alt.Chart(boxes)
        .mark_text(color="#5b7083", align="left", baseline="top", dx=4, dy=4, clip=True)
        .encode(x=alt.X("west:Q", scale=x), y=alt.Y("north:Q", scale=y), text="place:N")
    )
    tips = ["entity_name:N", "slug:N", "activities:N"]
    around = alt.Chart(with_named_activities(others)).mark_circle(
        size=28, color="#9aa7b4", clip=True
    )
    marked = with_named_activities(points).with_columns((pl.col("slug") == chosen).alias("chosen"))
    dots = alt.Chart(marked).mark_circle(opacity=0.95)
    return alt.layer(
        ground,
        names,
        around.encode(**where, tooltip=tips),
        dots.encode(
            **where,
            size=alt.condition("datum.chosen", alt.value(240), alt.value(110)),
            color=alt.condition("datum.chosen", alt.value("#d6402b"), alt.value("#1f6feb")),
            tooltip=[*tips, "completeness:Q"],
        ),
    ).properties(width=820, height=420)


@app.function
def with_named_activities(points: pl.DataFrame) -> pl.DataFrame:
    return points.with_columns(pl.col("activities").list.join(", ")).drop("place_types")


@app.function
def claim_table(claims: list[dict]) -> pl.DataFrame:
    """Every claim on an entity, winners marked."""
    rows = [
        {
            "field": claim["path"],
            "": "✓" if claim["won"] else "",
            "value": claim["value"],
            "source": f"{claim['source']} ({claim['trust_tier']})",
            "why": claim["reason"],
            "rule": claim["rule_id"],
            "payload": claim["payload_id"],
            "pointer": claim["json_pointer"],
        }
        for claim in claims
    ]
    return pl.DataFrame(rows)


@app.cell(hide_code=True)
def _():
    mo.md("""
    # What a run did

    Choose a run to see how its query was read, what each source answered, and the entities
    that came of it; choose an entity to see who said what about it, and why the winner won.
    The same story on a terminal: `sightline explain SLUG`.
    """)
    return


@app.cell
def _():
    settings = load_settings(lens=mo.cli_args().get("lens"))
    gate = open_gate(settings)
    lens = load_lens(find_lens(settings.lens, settings.lens_folders()), load_connectors())
    runs = read_runs(gate, settings.lens)
    return gate, lens, runs, settings


@app.cell
def _(runs):
    mo.stop(
        runs.is_empty(),
        mo.callout(
            mo.md('No run yet. In a terminal: `just run query="Powerleague Portobello"`'),
            kind="warn",
        ),
    )
    labels = {
        f"{row['started_at']:%Y-%m-%d %H:%M:%S} · {row['query'] or 'rebuild'} · {row['status']}": row[
            "run_id"
        ]
        for row in runs.to_dicts()
    }
    run_choice = mo.ui.dropdown(labels, value=next(iter(labels)), label="Run", full_width=True)
    run_choice
    return (run_choice,)


@app.cell
def _(run_choice, runs):
    run = runs.row(by_predicate=pl.col("run_id") == run_choice.value, named=True)
    report = json.loads(run["report"]) if run["report"] else None
    seconds = (run["finished_at"] - run["started_at"]).total_seconds()
    mo.hstack(
        [
            mo.stat(run["status"], label="status"),
            mo.stat(run["mode"], label="mode"),
            mo.stat(run["candidates_found"], label="groups"),
            mo.stat(run["entities_accepted"], label="entities"),
            mo.stat(f"{seconds:.2f} s", label="time"),
        ],
        widths="equal",
    )
    return (report,)


@app.cell
def _(report):
    mo.stop(report is None or "query" not in report)
    meaning = report["interpretation"]
    mo.vstack(
        [
            mo.md(
                f"**{report['query']}** was read as `{meaning['mode']}`"
                + "".join(
                    f" · {name} **{', '.join(meaning[name])}**"
                    for name in ("activities", "locations", "brands")
                    if meaning[name]
                )
            ),
            mo.md("## Connectors"),
            mo.ui.table(connector_table(report), selection=None, show_column_summaries=False),
        ]
    )
    return


@app.cell
def _(report):
    mo.stop(report is None)
    mo.stop("error" in report, mo.callout(report.get("error"), kind="danger"))
    mo.vstack(
        [
            mo.md("## Stages"),
            mo.ui.table(
                stage_table(report), selection=None, show_column_summaries=False, page_size=12
            ),
            *(mo.callout(warning, kind="warn") for warning in report["warnings"]),
        ]
    )
    return


@app.cell
def _(gate, report, settings):
    everything = read_points(gate, settings.lens)
    points = everything
    if report is not None and "query" in report:
        named = [entity["slug"] for entity in report["entities"]]
        points = everything.filter(pl.col("slug").is_in(named))
    mo.stop(points.is_empty(), mo.callout("This run found no entity.", kind="neutral"))
    entity_choice = mo.ui.dropdown(
        dict(zip(points["entity_name"] + " · " + points["slug"], points["slug"], strict=True)),
        value=(points["entity_name"] + " · " + points["slug"])[0],
        label="Entity",
        searchable=True,
        full_width=True,
    )
    mo.vstack([mo.md("## Entities"), entity_choice])
    return entity_choice, everything, points


@app.cell
def _(entity_choice, everything, lens, points):
    boxes = pl.DataFrame(
        [
            {
                "place": area.name.replace("_", " ").title(),
                **dict(zip(("south", "west", "north", "east"), area.box.as_list(), strict=True)),
            }
            for area in lens.vocabulary.areas.values()
            if area.ancestors
        ]
    )
    place_map(points, everything, boxes, entity_choice.value)
    return


@app.cell
def _(entity_choice, gate, settings):
    story = read_story(gate, settings.lens, entity_choice.value)
    info = story.entity["source_info"]
    mo.vstack(
        [
            mo.md(
                f"## {story.entity['entity_name']}\n\nfound by {', '.join(info['discovered_by'])} · "
                f"primary source {info['primary_source']} · verified {info['verified_date']} · "
                f"complete {story.entity['completeness']:.0%}"
            ),
            mo.ui.table(
                claim_table(story.claims),
                selection=None,
                show_column_summaries=False,
                page_size=20,
                wrapped_columns=["value", "pointer", "why"],
            ),
        ]
    )
    return


if __name__ == "__main__":
    app.run()
