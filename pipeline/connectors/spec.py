"""What spec.yaml says of a source: phase, trust, cost, limits, licence, identity."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from pipeline.contracts import StrictModel
from pipeline.errors import SettingsError

PER_RECORD = "per-record"  # the licence of a source whose records name one each
TrustTier = Literal["high", "medium", "low"]
TRUST_LEVELS: dict[str, int] = {"high": 3, "medium": 2, "low": 1}


class Phase(StrEnum):
    """Hard barriers of a run, in this order."""

    DISCOVERY = "DISCOVERY"
    STRUCTURED = "STRUCTURED"
    ENRICHMENT = "ENRICHMENT"


class RecordIdentity(StrictModel):
    """Where record_key comes from when the source has no stable id of its own."""

    fingerprint: tuple[str, ...] = Field((), description="raw values that identify a record")


class Licence(StrictModel):
    """Terms of the source's content."""

    name: str
    attribution: str
    terms: str = Field(min_length=1, description="what they allow, in one plain sentence")
    retain_days: int | None = Field(None, ge=1, description="None: may be kept for ever")
    keep: tuple[str, ...] = Field(
        (), description="all of an answer that may be stored (a.b, lists are walked); none: all"
    )


class Api(StrictModel):
    """How the source is reached."""

    base_url: str
    base_url_variable: str
    key_variable: str | None = None
    timeout_seconds: float = Field(20.0, gt=0)
    max_response_mb: int = Field(64, ge=1)
    requests_per_second: float | None = Field(None, gt=0)
    page_size: int | None = Field(None, ge=1)
    max_pages: int = Field(1, ge=1)

    def key(self, environ: Mapping[str, str]) -> str | None:
        """The key from the environment; None where it is not set or not needed."""
        key = environ.get(self.key_variable, "") if self.key_variable else ""
        return key.strip() or None  # a key read from a file ends in a newline

    def can_run(self, environ: Mapping[str, str]) -> bool:
        """Whether nothing is missing for a live call."""
        return self.key_variable is None or self.key(environ) is not None


class ConnectorSpec(StrictModel):
    """spec.yaml of one connector."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    phase: Phase
    trust_tier: TrustTier
    default_priority: int = Field(ge=0)
    position_accuracy_m: float | None = Field(None, gt=0, description="None: has no positions")
    cost_usd: Decimal = Field(Decimal(0), ge=0, description="worst case of one request")
    licence: Licence
    api: Api
    identity: RecordIdentity = RecordIdentity()
    region: str = Field("GB", pattern=r"^[A-Z]{2}$", description="of its phone numbers")
    volatile: tuple[str, ...] = Field((), description="members of answers that never repeat")
    personal: tuple[str, ...] = Field(
        (), description="members of answers that tell of people (a.b): never in a lens example"
    )
    missing_values: tuple[str, ...] = Field((), description="texts that mean no value")
    import_types: tuple[str, ...] = Field((), description="media types of published dumps")
    settings: dict[str, Any] = Field({}, description="facts only this connector reads")

    @model_validator(mode="after")
    def _imports_are_whole(self) -> Self:
        """A dump enters the lake as it is, so that a source of restricted content has none."""
        if self.licence.keep and self.import_types:
            raise ValueError("licence.keep and import_types exclude each other")
        return self

    def kept_members(self, own_terms: Collection[str] = ()) -> tuple[str, ...]:
        """All that may be stored of an answer; empty where that is the whole of it.

        `own_terms` are the sources with which the user has an agreement of their own.
        """
        return () if self.name in own_terms else self.licence.keep

    def keeping_notes(self, own_terms: Collection[str] = ()) -> list[str]:
        """What a reader of the report should know of live answers that are not kept whole."""
        kept = self.kept_members(own_terms)
        return [f"the terms allow to store {', '.join(kept)} only"] if kept else []

    @property
    def trust_level(self) -> int:
        """High 3, medium 2, low 1."""
        return TRUST_LEVELS[self.trust_tier]

    def setting(self, name: str) -> Any:
        """A fact of `settings`; SettingsError where the file does not state it."""
        if name not in self.settings:
            raise SettingsError(
                f"connectors/{self.name}/spec.yaml: settings has {sorted(self.settings)}, "
                f"expected {name!r} among them"
            )
        return self.settings[name]
