"""All sources' payloads to one frame of records and one of observations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.connectors.extraction import record_schema
from pipeline.connectors.registry import Connector

RECORDS: dict[str, pl.DataType] = {
    "record": pl.UInt32(),
    "source": pl.String(),
    "identity_text": pl.String(),
    "observed_at": pl.Datetime("us"),
    "licence": pl.String(),
} | {name: kind for name, kind in record_schema().items() if name not in {"row", "licence"}}
OBSERVATIONS: dict[str, pl.DataType] = {
    "record": pl.UInt32(),
    "source": pl.String(),
    "field": pl.String(),
    "value": pl.String(),
    "pointers": pl.List(pl.String()),
}
FAILURES: dict[str, pl.DataType] = {
    "source": pl.String(),
    "licence": pl.String(),
    "observed_at": pl.Datetime("us"),
    "payload_id": pl.String(),
    "json_pointer": pl.String(),
    "error": pl.String(),
}


@dataclass(frozen=True)
class Extracted:
    """What the sources say.

    `records`: one row per thing, numbered by `record` through all sources; `observations`:
    one row per raw value; `failures`: items that could not be read.
    """

    records: pl.DataFrame
    observations: pl.DataFrame
    failures: pl.DataFrame

    def things(self, chosen: pl.Expr) -> int:
        """How many records and unreadable items there are where `chosen` holds.

        A record that is told twice is one, as sql/records/extracted_entity.sql keys it.
        """
        place = pl.concat_str("payload_id", pl.lit("#"), "json_pointer")
        own = pl.coalesce("source_record_id", pl.concat_str(pl.lit("fp-"), "identity_text"), place)
        records = self.records.filter(chosen).select("source", own.alias("own"))
        return records.n_unique() + self.failures.filter(chosen).height


def extract_payloads(
    payloads: Mapping[str, pl.DataFrame],
    connectors: Mapping[str, Connector],
    first: int = 0,
) -> Extracted:
    """Extract every source's payloads (columns of the lake), sources in name order.

    Records are numbered from `first`, so that answers of several phases can be laid together.
    """
    parts = [Extracted(*(pl.DataFrame(schema=s) for s in (RECORDS, OBSERVATIONS, FAILURES)))]
    for source, frame in sorted(payloads.items()):
        if not frame.is_empty():
            parts.append(_extract_source(connectors[source], frame, first))
            first += parts[-1].records.height
    return combine(parts)


def renumbered(extracted: Extracted, first: int) -> Extracted:
    """Records that were numbered from 0, numbered from `first`."""
    number = (pl.col("record") + first).cast(pl.UInt32)
    return Extracted(
        extracted.records.with_columns(number),
        extracted.observations.with_columns(number),
        extracted.failures,
    )


def combine(parts: Sequence[Extracted]) -> Extracted:
    """Several sources' records as one; each record has a number of its own already."""
    return Extracted(
        pl.concat(part.records for part in parts),
        pl.concat(part.observations for part in parts),
        pl.concat(part.failures for part in parts),
    )


def _extract_source(connector: Connector, frame: pl.DataFrame, first: int) -> Extracted:
    spec = connector.spec
    extraction = connector.extract(frame)
    source = pl.lit(spec.name).alias("source")
    number = (pl.col("row") + first).cast(pl.UInt32).alias("record")
    seen = frame.select(
        "payload_id",
        pl.col("fetched_at").alias("observed_at"),
        pl.col("licence").alias("payload_licence"),
    )
    dated = extraction.records.join(seen, on="payload_id", maintain_order="left")
    licence = pl.coalesce("licence", "payload_licence")
    failed = extraction.failures.join(seen, on="payload_id", maintain_order="left")
    return Extracted(
        dated.with_columns(
            number, source, _identity(spec.identity.fingerprint), licence=licence
        ).select(list(RECORDS)),
        extraction.observations.with_columns(number, source).select(list(OBSERVATIONS)),
        failed.with_columns(source, licence="payload_licence").select(list(FAILURES)),
    )


def _identity(fields: Sequence[str]) -> pl.Expr:
    """The raw values that identify a record, as one text; null where there are none."""
    if not fields:
        return pl.lit(None, pl.String).alias("identity_text")
    known = pl.any_horizontal(pl.col(name).is_not_null() for name in fields)
    parts = [pl.col(name).cast(pl.String).fill_null("") for name in fields]
    return pl.when(known).then(pl.concat_str(parts, separator="\x1f")).alias("identity_text")
