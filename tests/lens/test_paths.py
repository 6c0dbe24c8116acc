"""Gate 2 for the paths of conditions: each section of a lens has its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lens_edits import edited_text, findings_of


@pytest.mark.parametrize(
    ("old", "new", "suggestion"),
    [
        pytest.param(
            "{path: entity.entity_class", "{path: entity.entty_class",
            "did you mean 'entity.entity_class'?", id="admission",
        ),
        pytest.param(
            "{path: record.entity_class", "{path: entity.entity_class",
            "did you mean 'record.entity_class'?", id="another section's root",
        ),
        pytest.param(
            "{path: query_features.is_named_search", "{path: query_feature.is_named_search",
            "did you mean 'query_features.is_named_search'?", id="a connector rule",
        ),
    ],
)  # fmt: skip
def test_gate_2_a_condition_on_a_path_that_is_none(
    tmp_path: Path, old: str, new: str, suggestion: str
):
    findings = findings_of(tmp_path, edited_text((old, new)))

    (found,) = [finding for finding in findings if finding.level == "error"]
    assert (found.gate, found.suggestion) == (2, suggestion)
    assert found.found == f"path {new.removeprefix('{path: ')!r}"


def test_a_missing_section_is_one_finding(tmp_path: Path):
    text = edited_text()
    start = text.index("canonical_values:")
    end = text.index("mapping_rules:")

    findings = findings_of(tmp_path, text[:start] + text[end:])

    assert [f.rule for f in findings if f.level == "error"] == ["canonical_values"]
