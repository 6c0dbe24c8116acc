"""Gate 1, schema: one broken lens per fault, made from the shipped one, and its finding."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.lens_edits import the_finding

COURTS = "pattern: '(?i)(\\d+) tennis courts?'"
BARNTON = "barnton: {inside: edinburgh"


def without_numbers(rule: str) -> str:
    """A place in the contract whatever the number of the item is."""
    return re.sub(r"\.\d+(?=\.)", ".N", rule)


@pytest.mark.parametrize(
    ("old", "new", "marker", "rule", "found", "expected"),
    [
        pytest.param(
            "title: Edinburgh Finds\n", "", "lens: edinburgh_finds",
            "title", "nothing", "a value",
            id="a section is missing",
        ),
        pytest.param(
            "mapping_rules:", "maping_rules: []\nmapping_rules:", "maping_rules",
            "maping_rules", "a key that is not part of the contract", "only keys of the contract",
            id="a section that is none",
        ),
        pytest.param(
            "icon: football,", "colour: green,", "colour: green",
            "canonical_values.football.colour", "a key that is not part of the contract",
            "only keys of the contract",
            id="a key that is none, deep inside",
        ),
        pytest.param(
            "lens: edinburgh_finds", "lens: Edinburgh-Finds", "lens: Edinburgh-Finds",
            "lens", "'Edinburgh-Finds'", "string should match pattern '^[a-z][a-z0-9_]*$'",
            id="an id that is no identifier",
        ),
        pytest.param(
            "  accept_entity: 0.5", "  accept_entity: 1.5", "accept_entity: 1.5",
            "confidence.accept_entity", "1.5", "less than or equal to 1",
            id="a confidence above one",
        ),
        pytest.param(
            "seo_slug: indoor-sports", "seo_slug: Indoor Sports", "seo_slug: Indoor Sports",
            "canonical_values.indoor_sports.seo_slug", "'Indoor Sports'",
            "string should match pattern '^[a-z0-9]+(-[a-z0-9]+)*$'",
            id="a slug with blanks",
        ),
        pytest.param(
            "extractor: boolean_coercion", "extractor: boolean_coersion", "boolean_coersion",
            "modules.sports_facility.field_rules.N.extractor", "{'type': 'boolean_coersion'}",
            "input tag 'boolean_coersion' found using 'type' does not match any of the expected "
            "tags: 'numeric_parser', 'regex_capture', 'json_path', 'boolean_coercion', 'coalesce', "
            "'normalize', 'array_builder', 'string_template', 'value_map'",
            id="an extractor that there is not",
        ),
        pytest.param(
            "{type: any_keyword_match, keywords: [padel]}", "{type: any_keyword_match}",
            "{type: any_keyword_match}",
            "connector_rules.serper.triggers.N.any_keyword_match",
            "{'type': 'any_keyword_match'}", "keywords or a vocabulary section",
            id="a trigger that could never fire",
        ),
        pytest.param(
            "[55.955, -3.300, 55.972, -3.270]", "[55.972, -3.300, 55.955, -3.270]", BARNTON[:9],
            "vocabulary.places.barnton.box", "[55.972, -3.3, 55.955, -3.27]",
            "south <= north and west <= east",
            id="a box upside down",
        ),
        pytest.param(
            "box: [55.955, -3.300, 55.972, -3.270]", "point: [-3.3, 555.9]", BARNTON[:9],
            "vocabulary.places.barnton.point", "[-3.3, 555.9]", "degrees",
            id="a point that is nowhere",
        ),
        pytest.param(
            f"{{type: regex_capture, {COURTS}}}", "regex_capture", "regex_capture, confidence",
            "modules.sports_facility.field_rules.N.extractor.regex_capture.pattern",
            "nothing", "a value",
            id="an extractor without its pattern",
        ),
        pytest.param(
            f"{{type: regex_capture, {COURTS}}}", "{type: json_path, path: '$[[['}", "'$[[['",
            "modules.sports_facility.field_rules.N.extractor.json_path.path", "'$[[['",
            "a JSONPath",
            id="a path that is no JSONPath",
        ),
        pytest.param(
            f"{{type: regex_capture, {COURTS}}}", "{type: string_template, template: 'x {} {y}'}",
            "'x {} {y}'",
            "modules.sports_facility.field_rules.N.extractor.string_template.template",
            "'x {} {y}'", "no brace but those of {field} slots",
            id="a template with an empty slot",
        ),
        pytest.param(
            "values: {padel: 1}", "values: {padel: 1, PADEL: 2}", "PADEL: 2",
            "modules.sports_facility.field_rules.N.extractor.value_map.values",
            "{'padel': 1, 'PADEL': 2}", "every text once: letter case is not compared",
            id="a value map that says two things",
        ),
        pytest.param(
            "values: {padel: 1}", "values: {padel: 1, other: many}", "other: many",
            "modules.sports_facility.field_rules.N.extractor.value_map.values",
            "{'padel': 1, 'other': 'many'}", "values of one kind: a field has one type",
            id="a value map of two kinds",
        ),
    ],
)  # fmt: skip
def test_gate_1_schema(
    tmp_path: Path, old: str, new: str, marker: str, rule: str, found: str, expected: str
):
    finding = the_finding(tmp_path, old, new, marker)

    assert (finding.gate, without_numbers(finding.rule)) == (1, rule)
    assert (finding.found, finding.expected) == (found, expected)


def test_gate_1_a_condition_with_a_misspelt_operator(tmp_path: Path):
    finding = the_finding(
        tmp_path, "operator: INTERSECTS, value: [provides", "operator: INTERSECT, value: [provides",
        "      when:\n        all",
    )  # fmt: skip

    assert (finding.gate, finding.rule, finding.expected) == (1, "condition", "a condition")
    told = without_numbers(finding.found)
    assert told.startswith("module_triggers.N.trigger.when.all.N.operator is 'INTERSECT', expected")
    assert finding.found.endswith("did you mean 'INTERSECTS'?")
