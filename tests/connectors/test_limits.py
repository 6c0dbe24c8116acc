"""Limits of a source in app.yaml, in place of those of its spec.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.connectors.limits import with_limits
from pipeline.connectors.registry import Connector
from pipeline.errors import SettingsError
from tests.conftest import Call


def test_what_is_stated_replaces_the_spec_and_the_rest_stays(connectors: dict[str, Connector]):
    own = {"openstreetmap": {"requests_per_second": None, "retry": {"attempts": 1}}}

    limited = with_limits(connectors, own)

    before, after = connectors["openstreetmap"].spec.api, limited["openstreetmap"].spec.api
    assert (before.requests_per_second, after.requests_per_second) == (1, None)
    assert (after.retry.attempts, after.retry.max_seconds) == (1, before.retry.max_seconds)
    assert after.refusals == before.refusals
    assert limited["serper"] is connectors["serper"]


@pytest.mark.parametrize(
    ("apis", "told"),
    [
        pytest.param({"yelp": {}}, r"apis has \['yelp'\], expected some of \[.*'serper'", id="source"),
        pytest.param({"serper": {"base_url": "http://x"}}, r"apis.serper has \['base_url'\], expected some of", id="limit"),
        pytest.param({"serper": {"timeout_seconds": 0}}, "apis.serper: timeout_seconds is 0: ", id="value"),
        pytest.param({"serper": {"retry": 2}}, "apis.serper: retry is 2: ", id="kind of value"),
        pytest.param({"serper": {"retry": {"tries": 2}}}, "apis.serper: retry.tries is 2: ", id="part of a limit"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_limit_is_told(
    connectors: dict[str, Connector], apis: dict[str, Any], told: str
):
    with pytest.raises(SettingsError, match=told):
        with_limits(connectors, apis)


def test_a_run_keeps_to_the_limits_of_app_yaml(sample_home: Path, sightline: Call):
    (sample_home / "app.yaml").write_text("apis: {serper: {breaker: none}}\n")

    called = sightline("run", "Powerleague Portobello")

    assert called.code == 10
    assert "apis.serper: breaker is 'none'" in called.err
