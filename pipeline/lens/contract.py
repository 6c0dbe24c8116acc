"""The lens contract: every section of a lens.yaml, typed, with unknown keys refused.

Models hold what a file says and nothing more; `compiled.py` makes them runnable.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from pipeline.contracts import StrictModel
from pipeline.fields import EntityClass
from pipeline.lens.extractors import ExtractorSpec
from pipeline.lens.normalizers import NormalizerName
from pipeline.values import BoundingBox, GeoPoint

Dimension = Literal[
    "canonical_activities",
    "canonical_roles",
    "canonical_place_types",
    "canonical_access",
]
Confidence = Annotated[float, Field(ge=0, le=1)]
Box = tuple[float, float, float, float]
Words = Annotated[list[str], Field(min_length=1)]


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Names = Annotated[list[str], BeforeValidator(_listed), Field(min_length=1)]


# --- vocabulary ------------------------------------------------------------------------


class Term(StrictModel):
    """Words that mean one thing in a query or a name."""

    keywords: Words = Field(description="spellings, folded before they are compared")


class Brand(Term):
    """A chain: its name says what is done there, and no name of it proves a branch."""

    implies: list[str] = Field([], description="canonical activities of every branch")


class Place(Term):
    """A named area; `inside` nests it."""

    inside: str | None = Field(None, description="the place that contains this one")
    box: Box | None = Field(None, description="south, west, north, east in degrees")
    point: tuple[float, float] | None = Field(None, description="latitude, longitude")
    radius_m: float | None = Field(None, gt=0, description="metres round the point")

    @field_validator("box")
    @classmethod
    def _is_box(cls, box: Box | None) -> Box | None:
        if box is not None:
            GeoPoint(*box[:2])
            GeoPoint(*box[2:])
            BoundingBox(*box)
        return box

    @field_validator("point")
    @classmethod
    def _is_point(cls, point: tuple[float, float] | None) -> tuple[float, float] | None:
        if point is not None:
            GeoPoint(*point)
        return point


class VocabularySection(StrictModel):
    """What the words of a query mean."""

    activities: dict[str, Term] = Field({}, description="by canonical activity")
    brands: dict[str, Brand] = {}
    venue_words: dict[str, Term] = Field({}, description="by canonical place type")
    places: dict[str, Place] = {}
    default_place: str = Field(description="where a query that names no place looks")
    filler: list[str] = Field([], description="words that say nothing")


# --- canonical values and mapping ------------------------------------------------------


class CanonicalValue(StrictModel):
    """One value of one dimension, with what a directory needs to show it."""

    dimension: Dimension
    display_name: str = Field(min_length=1)
    seo_slug: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    icon: str | None = None
    description: str = Field(min_length=1)


class Applicability(StrictModel):
    """Where a rule may run; an empty list means everywhere."""

    source: list[str] = []
    entity_class: list[EntityClass] = []


class MappingRule(StrictModel):
    """A pattern over raw values that claims one canonical value."""

    id: str = Field(min_length=1)
    pattern: str = Field(min_length=1, description="Python `re` syntax, searched")
    dimension: Dimension
    value: str
    source_fields: Names
    confidence: Confidence = 1.0
    applicability: Applicability = Applicability()


class ClassRule(StrictModel):
    """A pattern that tells organizations and persons, who have no place or date, apart."""

    id: str = Field(min_length=1)
    pattern: str = Field(min_length=1)
    entity_class: Literal["organization", "person"]
    source_fields: Names


# --- triggers --------------------------------------------------------------------------


class Always(StrictModel):
    type: Literal["always"]


class AnyKeywordMatch(StrictModel):
    """Any of these words, or of these vocabulary sections, in the query or the record."""

    type: Literal["any_keyword_match"]
    keywords: list[str] = []
    vocabulary: list[Literal["activities", "brands", "venue_words"]] = []

    @model_validator(mode="after")
    def _has_words(self) -> Self:
        if not (self.keywords or self.vocabulary):
            raise ValueError("keywords or a vocabulary section")
        return self


class LocationMatch(StrictModel):
    """The query or the record lies in one of these places (or in a place inside them)."""

    type: Literal["location_match"]
    places: Words


class ConditionTrigger(StrictModel):
    type: Literal["condition"]
    when: dict[str, Any] = Field(description="a condition (docs/lens.md)")


Trigger = Annotated[
    Always | AnyKeywordMatch | LocationMatch | ConditionTrigger,
    Field(discriminator="type"),
]


class ConnectorRule(StrictModel):
    """When a query is worth asking this source."""

    priority: int = Field(ge=0, description="lower is asked first where the budget is short")
    triggers: list[Trigger] = Field(min_length=1)
    budget_limit: int | None = Field(None, ge=0, description="calls per run")
    parameters: dict[str, Any] = Field({}, description="passed to the connector as they are")


# --- modules ---------------------------------------------------------------------------


class ModuleField(StrictModel):
    """One typed leaf of a module."""

    type: Literal["integer", "number", "string", "boolean", "array"]
    minimum: float | None = Field(None, description="the least an integer or number may be")
    description: str = Field(min_length=1)

    def __str__(self) -> str:
        """The type in the words of a finding: `integer from 0`."""
        return self.type if self.minimum is None else f"{self.type} from {self.minimum:g}"


class RuleCondition(StrictModel):
    """When a field rule may run on a record."""

    type: Literal["field_not_populated", "any_field_missing", "source_has_field", "value_present"]
    fields: Names = Field(description="target paths, or observed fields")
    values: list[str] = Field([], description="for value_present: which values count")


class FieldRule(StrictModel):
    """How one leaf of a module is read from raw observations."""

    rule_id: str = Field(min_length=1)
    target_path: str
    source_fields: Names
    extractor: ExtractorSpec
    confidence: Confidence = 1.0
    applicability: Applicability = Applicability()
    normalizers: list[NormalizerName] = []
    conditions: list[RuleCondition] = []


class Module(StrictModel):
    """A namespaced group of typed fields and the rules that fill them."""

    description: str = Field(min_length=1)
    fields: dict[str, ModuleField] = Field(min_length=1, description="by dotted path")
    field_rules: list[FieldRule] = []


class ModuleTrigger(StrictModel):
    """Attaches a module to the records its trigger fits."""

    module: str
    trigger: Trigger


# --- the rest --------------------------------------------------------------------------


class PartRules(StrictModel):
    """Which records are parts of something larger."""

    units: dict[str, list[str]] = Field(
        {},
        description="observed field → values of single countable things (they add up)",
    )
    names: list[str] = Field([], description="patterns of names that a part of a place has")


class ResolutionSection(StrictModel):
    """What the comparison of names and addresses must know of this domain and region."""

    parts: PartRules = PartRules()
    apart: list[str] = Field(
        [],
        description="place types whose things are never one with a thing without them",
    )
    generic_words: list[str] = Field([], description="name words that tell little apart")
    abbreviations: dict[str, str] = Field({}, description="street words, short to long")


class ConfidenceSection(StrictModel):
    """Bounds on what a lens lets a run believe."""

    accept_entity: Confidence = 0.0


class GovernanceSection(StrictModel):
    """Who answers for the lens."""

    owner: str = ""
    evidence_policy: str = ""


class Contract(StrictModel):
    """A whole lens.yaml."""

    lens: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="id, the folder's name")
    title: str = Field(min_length=1)
    description: str = ""
    vocabulary: VocabularySection
    canonical_values: dict[str, CanonicalValue]
    mapping_rules: list[MappingRule]
    classification: list[ClassRule] = []
    connector_rules: dict[str, ConnectorRule]
    modules: dict[str, Module] = {}
    module_triggers: list[ModuleTrigger] = []
    admission: dict[str, Any] = Field(description="a condition over entity.*")
    strong_id_precedence: list[str] = Field([], description="id schemes that prove identity")
    resolution: ResolutionSection = ResolutionSection()
    confidence: ConfidenceSection = ConfidenceSection()
    governance: GovernanceSection = GovernanceSection()
