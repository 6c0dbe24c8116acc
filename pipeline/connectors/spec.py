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


class Retry(StrictModel):
    """When a failed call is made again, and how long that takes at most."""

    attempts: int = Field(3, ge=1, description="calls of one request, the first included")
    base_seconds: float = Field(0.5, gt=0, description="longest first pause; it doubles")
    max_seconds: float = Field(20.0, gt=0, description="longest pause of our own choice")
    max_retry_after_seconds: float = Field(60.0, ge=0, description="longest Retry-After obeyed")
    statuses: tuple[int, ...] = (429, 500, 502, 503, 504)
    unanswered: bool | None = Field(
        None, description="retry where no answer came; None: if the call costs nothing"
    )


class Refusal(StrictModel):
    """A documented error of the API, and what to do about it."""

    statuses: tuple[int, ...] = Field(min_length=1)
    says: str = Field("", description="text that the error holds, in any case")
    advice: str
    retry: bool = Field(False, description="False: no other request has a chance either")

    def fits(self, status: int, text: str) -> bool:
        return status in self.statuses and self.says.casefold() in text.casefold()


class Api(StrictModel):
    """How the source is reached."""

    base_url: str
    base_url_variable: str
    key_variable: str | None = None
    timeout_seconds: float = Field(20.0, gt=0)
    max_response_mb: int = Field(64, ge=1)
    requests_per_second: float | None = Field(None, gt=0, description="to its host, in one run")
    concurrency: int = Field(4, ge=1, description="requests under way at a time")
    page_size: int | None = Field(None, ge=1)
    max_pages: int = Field(1, ge=1)
    retry: Retry = Retry()
    breaker: int = Field(3, ge=1, description="failed requests in a row that end its asking")
    refusals: tuple[Refusal, ...] = Field((), description="the first that fits is told")

    def refusal(self, status: int, text: str) -> Refusal | None:
        """The documented error that an answer is."""
        return next((known for known in self.refusals if known.fits(status, text)), None)

    def key(self, environ: Mapping[str, str]) -> str | None:
        """The key from the environment; None where it is not set or not needed."""
        key = environ.get(self.key_variable, "") if self.key_variable else ""
        return key.strip() or None  # a key read from a file ends in a newline

    def can_run(self, environ: Mapping[str, str]) -> bool:
        """Whether nothing is missing for a live call."""
        return self.key_variable is None or self.key(environ) is not None


class Operation(StrictModel):
    """One way in which a run asks a source, in one phase.

    `provides` names, by context key, the id scheme of the source's records that fills it.
    """

    phase: Phase
    cost_usd: Decimal = Field(Decimal(0), ge=0, description="price of one unit, such as a page")
    most_units: int = Field(1, ge=1, description="most units that one call may cost")
    max_pages: int | None = Field(None, ge=1, description="of a request; None: the API's limit")
    requires: tuple[str, ...] = Field((), description="context keys it reads")
    provides: dict[str, str] = Field({}, description="context key: id scheme that fills it")
    supports_query_only: bool = Field(True, description="can do without what it requires")
    only_whole: bool = Field(False, description="worth nothing where terms cut its answers")
    name: str = Field("", description="empty for the main operation")

    @property
    def worst_call_usd(self) -> Decimal:
        """What one call may cost at most."""
        return self.cost_usd * self.most_units


class ConnectorSpec(Operation):
    """spec.yaml of one connector: its main operation, others, and all that is known of it."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    operations: dict[str, Operation] = Field({}, description="further operations by name")
    trust_tier: TrustTier
    default_priority: int = Field(ge=0)
    position_accuracy_m: float | None = Field(None, gt=0, description="None: has no positions")
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
    snapshot: bool = Field(
        False, description="what the newest edition of a dump does not list is gone"
    )
    xml_record: str | None = Field(None, description="the element that is a record in XML dumps")
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

    def all_operations(self) -> list[Operation]:
        """The main operation, nameless, then the others in the order of the file."""
        own = {name: getattr(self, name) for name in Operation.model_fields if name != "name"}
        main = Operation(**own)
        named = (o.model_copy(update={"name": name}) for name, o in self.operations.items())
        return [main, *named]

    def node_name(self, operation: Operation) -> str:
        """How reports and lenses call an operation: `source`, `source.operation`."""
        return f"{self.name}.{operation.name}" if operation.name else self.name

    def setting(self, name: str) -> Any:
        """A fact of `settings`; SettingsError where the file does not state it."""
        if name not in self.settings:
            raise SettingsError(
                f"connectors/{self.name}/spec.yaml: settings has {sorted(self.settings)}, "
                f"expected {name!r} among them"
            )
        return self.settings[name]
