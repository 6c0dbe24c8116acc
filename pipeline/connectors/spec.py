"""What spec.yaml says of a source: phase, trust, cost, limits, licence, identity."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal

from pydantic import Field

from pipeline.contracts import StrictModel
from pipeline.errors import SettingsError

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
    retain_days: int | None = Field(None, ge=0, description="None: may be kept for ever")


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
    missing_values: tuple[str, ...] = Field((), description="texts that mean no value")
    import_types: tuple[str, ...] = Field((), description="media types of published dumps")
    snapshot: bool = Field(
        False, description="what the newest edition of a dump does not list is gone"
    )
    xml_record: str | None = Field(None, description="the element that is a record in XML dumps")
    settings: dict[str, Any] = Field({}, description="facts only this connector reads")

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
