"""Gates 2 to 7: one broken lens per fault, made from the shipped one, and its finding."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lens_edits import edited_text, findings_of, line_of, the_finding

CONNECTORS = [
    "edinburgh_council",
    "food_hygiene",
    "google_places",
    "open_charge_map",
    "openstreetmap",
    "serper",
    "sport_scotland",
]
FOOTBALL = "{id: register-football, pattern: '^Pitch - (Football|Full Size|Small Size)', dimension: canonical_activities, value: football, source_fields: [facility_sub_type]}"
TRIGGER = """    trigger:
      type: condition
      when:
        all:
          - {path: record.entity_class, operator: EQ, value: place}
          - {path: record.canonical_roles, operator: INTERSECTS, value: [provides_facility, sports_club]}
"""
OUTER = "edinburgh: {keywords: [edinburgh], box"
BARNTON = "barnton: {inside: edinburgh, keywords: [barnton], box: [55.955, -3.300, 55.972, -3.270]}"


def test_the_shipped_lens_has_no_error(tmp_path: Path):
    assert {finding.level for finding in findings_of(tmp_path, edited_text())} <= {"warning"}


@pytest.mark.parametrize(
    ("old", "new", "marker", "rule", "found", "expected"),
    [
        pytest.param(
            FOOTBALL, FOOTBALL.replace("value: football", "value: footbal"), "value: footbal,",
            "mapping rule register-football", "'footbal'",
            ("a canonical value of canonical_activities", "did you mean 'football'?"),
            id="a mapping rule's value",
        ),
        pytest.param(
            FOOTBALL, FOOTBALL.replace("value: football", "value: pitches"), "value: pitches",
            "mapping rule register-football", "'pitches' of canonical_place_types",
            ("a value of canonical_activities", ""),
            id="a value of another dimension",
        ),
        pytest.param(
            "    padel: {keywords: [padel, padel tennis]}", "    paddel: {keywords: [padel]}", "paddel:",
            "vocabulary.activities", "'paddel'", ("a canonical value of canonical_activities", "did you mean 'padel'?"),
            id="an activity of the vocabulary",
        ),
        pytest.param(
            "    stadium: {keywords", "    stadion: {keywords", "stadion:",
            "vocabulary.venue_words", "'stadion'", ("a canonical value of canonical_place_types", "did you mean 'stadium'?"),
            id="a venue word",
        ),
        pytest.param(
            "[goals], implies: [football]", "[goals], implies: [soccer]", "[soccer]",
            "brand goals", "'soccer'", ("a canonical value of canonical_activities", ""),
            id="what a brand implies, with nothing near it",
        ),
        pytest.param(
            "apart: [charging_point]", "apart: [charging_points]", "apart: [charging_points]",
            "resolution.apart", "'charging_points'", ("a canonical value of canonical_place_types", "did you mean 'charging_point'?"),
            id="what resolution keeps apart",
        ),
        pytest.param(
            "value: [provides_facility, sports_club]", "value: [provides_facility, sport_club]",
            "      when:\n        all",
            "condition", "'sport_club'", ("a canonical value of canonical_roles", "did you mean 'sports_club'?"),
            id="a value in a trigger's condition",
        ),
        pytest.param(
            "operator: INTERSECTS, value: [charging_point, shop]", "operator: INTERSECTS, value: [charger, shop]",
            "admission:\n", "condition", "'charger'",
            ("a canonical value of canonical_place_types", ""),
            id="a value in the admission",
        ),
        pytest.param(
            "  - module: sports_facility\n", "  - module: sport_facility\n", "module: sport_fac",
            "module trigger", "'sport_facility'", ("a module of ['catering', 'sports_facility']", "did you mean 'sports_facility'?"),
            id="the module of a trigger",
        ),
        pytest.param(
            "target_path: wheelchair_access", "target_path: wheelchair_acces",
            "target_path: wheelchair_acces,",
            "field rule osm-wheelchair", "'wheelchair_acces'", ("a field of module sports_facility", "did you mean 'wheelchair_access'?"),
            id="the field a rule fills",
        ),
        pytest.param(
            "fields: [tennis_courts.total]}", "fields: [tenis_courts.total]}",
            "[tenis_courts.total]",
            "field rule osm-pitch-tennis", "'tenis_courts.total'",
            ("a field of module sports_facility", "did you mean 'tennis_courts.total'?"),
            id="the field a condition asks for",
        ),
        pytest.param(
            "default_place: edinburgh", "default_place: edinborough", "edinborough",
            "default_place", "'edinborough'", ("a place of the vocabulary", "did you mean 'edinburgh'?"),
            id="the default place",
        ),
        pytest.param(
            " leith: {inside: edinburgh", " leith: {inside: edinburg", "inside: edinburg,",
            "place leith", "'edinburg'", ("a place of the vocabulary", "did you mean 'edinburgh'?"),
            id="the place round a place",
        ),
        pytest.param(
            "priority: 2\n    triggers:\n      - {type: location_match, places: [edinburgh]}",
            "priority: 2\n    triggers:\n      - {type: location_match, places: [glasgow]}",
            "    triggers:\n      - {type: location_match",
            "connector rule edinburgh_council", "'glasgow'", ("a place of the vocabulary", ""),
            id="the place of a connector's trigger",
        ),
        pytest.param(
            TRIGGER, "    trigger: {type: location_match, places: [lieth]}\n", "[lieth]",
            "module trigger sports_facility", "'lieth'", ("a place of the vocabulary", "did you mean 'leith'?"),
            id="the place of a module's trigger",
        ),
    ],
)  # fmt: skip
def test_gate_2_references(
    tmp_path: Path,
    old: str,
    new: str,
    marker: str,
    rule: str,
    found: str,
    expected: tuple[str, str],
):
    finding = the_finding(tmp_path, old, new, marker)

    assert (finding.gate, finding.rule, finding.found) == (2, rule, found)
    assert (finding.expected, finding.suggestion) == expected


@pytest.mark.parametrize(
    ("old", "new", "marker", "rule", "found", "suggestion"),
    [
        pytest.param(
            "  serper:\n    priority", "  serpent:\n    priority", "  serpent:",
            "connector rule", "'serpent'", "did you mean 'serper'?",
            id="a connector rule",
        ),
        pytest.param(
            "applicability: {source: [serper]}", "applicability: {source: [serp]}", "[serp]",
            "mapping rule web-padel", "'serp'", "did you mean 'serper'?",
            id="where a mapping rule applies",
        ),
        pytest.param(
            "applicability: {source: [edinburgh_council]}", "applicability: {source: [council]}",
            "[council]",
            "field rule council-tennis-courts", "'council'", "",
            id="where a field rule applies",
        ),
    ],
)  # fmt: skip
def test_gate_3_connectors(
    tmp_path: Path, old: str, new: str, marker: str, rule: str, found: str, suggestion: str
):
    finding = the_finding(tmp_path, old, new, marker)

    assert (finding.gate, finding.rule, finding.found) == (3, rule, found)
    assert finding.expected == f"a connector of {CONNECTORS}"
    assert finding.suggestion == suggestion


@pytest.mark.parametrize(
    ("old", "new", "first"),
    [
        pytest.param(
            "{id: register-rugby,", "{id: register-football,", "{id: register-football,",
            id="two mapping rules",
        ),
        pytest.param(
            "{id: class-person,", "{id: register-football,", "{id: register-football,",
            id="a class rule and a mapping rule",
        ),
        pytest.param(
            "{rule_id: osm-wheelchair,", "{rule_id: osm-tennis,", "{id: osm-tennis,",
            id="a field rule and a mapping rule",
        ),
    ],
)  # fmt: skip
def test_gate_4_an_id_that_stands_twice(tmp_path: Path, old: str, new: str, first: str):
    text = edited_text((old, new))
    name = first.removeprefix("{id: ").removesuffix(",")
    again = text[: text.rindex(new)].count("\n") + 1

    findings = findings_of(tmp_path, text)

    assert [(f.gate, f.line, f.rule) for f in findings] == [(4, again, f"rule {name}")]
    assert findings[0].found == f"the id of line {line_of(text, first)} again"
    assert findings[0].expected == "an id of its own"


def test_gate_4_an_id_that_stands_three_times_is_told_twice_with_its_first_line(tmp_path: Path):
    text = edited_text(
        ("{id: register-rugby,", "{id: register-football,"),
        ("{id: register-hockey,", "{id: register-football,"),
    )
    first = line_of(text, "{id: register-football,")

    findings = findings_of(tmp_path, text)

    assert [(f.line, f.found) for f in findings] == [
        (first + 1, f"the id of line {first} again"),
        (first + 2, f"the id of line {first} again"),
    ]


def test_gate_4_a_key_that_stands_twice(tmp_path: Path):
    finding = the_finding(
        tmp_path, "\nmapping_rules:", "\ntitle: Again\nmapping_rules:", "title: Again"
    )

    assert (finding.gate, finding.rule, finding.found) == (4, "title", "the key twice")


@pytest.mark.parametrize(
    ("old", "new", "rule", "found", "expected"),
    [
        pytest.param(
            "'^Ice Rink'", "'^Ice (Rink'", "mapping rule register-curling",
            "'^Ice (Rink': missing ), unterminated subpattern at position 5", "a Python pattern",
            id="a mapping rule that does not compile",
        ),
        pytest.param(
            "'(?i)\\b(coach|instructor|personal trainer)\\b'", "'[coach'",
            "class rule class-person", "'[coach': unterminated character set at position 0",
            "a Python pattern",
            id="a class rule that does not compile",
        ),
        pytest.param(
            "'(?i)(\\d+) tennis courts?'", "'(?i)\\d+ tennis courts?'",
            "field rule council-tennis-courts", "'(?i)\\\\d+ tennis courts?' with 0 groups",
            "a pattern with group 1",
            id="a capture without its group",
        ),
        pytest.param(
            "'(?i)\\b(tennis |padel |squash )?courts?( \\d+)?$'", "'court(?P<1>)'",
            "resolution.parts.names",
            "'court(?P<1>)': bad character in group name '1' at position 9", "a Python pattern",
            id="a name of a piece",
        ),
    ],
)  # fmt: skip
def test_gate_5_patterns(tmp_path: Path, old: str, new: str, rule: str, found: str, expected: str):
    finding = the_finding(tmp_path, old, new, new)

    assert (finding.gate, finding.rule) == (5, rule)
    assert (finding.found, finding.expected) == (found, expected)


@pytest.mark.parametrize(
    ("old", "new", "marker", "rule", "found", "expected"),
    [
        pytest.param(
            "'^Ice Rink'", "'(Ice Rink)?'", "'(Ice Rink)?'", "mapping rule register-curling",
            "'(Ice Rink)?', which matches every text",
            "a pattern that some text does not match",
            id="a mapping rule that fits all",
        ),
        pytest.param(
            "'(?i)\\b(club|association|federation|league|ltd|limited)\\b'", "'club|'", "'club|'",
            "class rule class-organization", "'club|', which matches every text",
            "a pattern that some text does not match",
            id="a class rule with an empty branch",
        ),
        pytest.param(
            BARNTON, "barnton: {inside: edinburgh, keywords: [barnton]}", BARNTON[:9],
            "place barnton", "neither", "a box or a point",
            id="a place that is nowhere",
        ),
        pytest.param(
            "[55.955, -3.300, 55.972, -3.270]", "[55.955, -3.300, 55.972, -3.270], point: [1, 2]",
            BARNTON[:9],
            "place barnton", "both", "a box or a point",
            id="a place that is twice",
        ),
        pytest.param(
            OUTER, OUTER.replace("{", "{inside: edinburgh, ", 1), "edinburgh: {inside",
            "place edinburgh", "'edinburgh', which lies in it", "a place round it",
            id="a place inside itself",
        ),
    ],
)  # fmt: skip
def test_gate_7_no_silent_fallback(
    tmp_path: Path, old: str, new: str, marker: str, rule: str, found: str, expected: str
):
    finding = the_finding(tmp_path, old, new, marker)

    assert (finding.gate, finding.rule) == (7, rule)
    assert (finding.found, finding.expected) == (found, expected)
