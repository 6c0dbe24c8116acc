"""What a check tells: one sentence for people, one row for programs."""

from __future__ import annotations

import pytest

from pipeline.findings import Finding, nearest

KNOWN = ["football", "fitness", "tennis"]


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        pytest.param("footbal", "did you mean 'football'?", id="a letter is missing"),
        pytest.param("tenis", "did you mean 'tennis'?", id="another word"),
        pytest.param("football", "did you mean 'football'?", id="the word itself"),
        pytest.param("zzzz", "", id="nothing is near"),
        pytest.param("", "", id="empty"),
    ],
)
def test_a_misspelt_word_is_told_its_nearest(word: str, hint: str):
    assert nearest(word, KNOWN) == hint


def test_the_hint_does_not_depend_on_the_order_of_the_known_words():
    hints = {nearest("cat", known) for known in (["bat", "hat"], ["hat", "bat"], {"hat", "bat"})}

    assert len(hints) == 1


def test_no_known_words_give_no_hint():
    assert nearest("cat", []) == ""


def test_a_gate_finding_reads_as_one_sentence():
    finding = Finding(
        "a/lens.yaml",
        12,
        2,
        "error",
        "rule x",
        "'footbal'",
        "a canonical value",
        "did you mean 'football'?",
    )

    assert finding.message == (
        "a/lens.yaml:12: [gate 2] rule x: found 'footbal', expected a canonical value; "
        "did you mean 'football'?"
    )
    assert finding.as_row() == {
        "gate": 2,
        "level": "error",
        "file": "a/lens.yaml",
        "line": 12,
        "rule": "rule x",
        "found": "'footbal'",
        "expected": "a canonical value",
        "suggestion": "did you mean 'football'?",
        "message": finding.message,
    }


def test_a_warning_names_its_code_and_ends_without_a_suggestion():
    finding = Finding(
        "a/lens.yaml", 1, "slow-pattern", "warning", "rule x", "'(?=a)'", "a plain pattern"
    )

    assert (
        finding.message
        == "a/lens.yaml:1: [slow-pattern] rule x: found '(?=a)', expected a plain pattern"
    )
    assert finding.as_row()["code"] == "slow-pattern"
    assert "gate" not in finding.as_row()
