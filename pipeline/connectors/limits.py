"""Limits of a source that app.yaml states otherwise than its spec.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.connectors.registry import Connector
from pipeline.connectors.spec import Api
from pipeline.contracts import validated
from pipeline.errors import SettingsError

LIMITS = (
    "breaker",
    "concurrency",
    "max_pages",
    "max_response_mb",
    "requests_per_second",
    "retry",
    "timeout_seconds",
)  # what an account or a mirror of one's own may bear differently


def with_limits(
    connectors: Mapping[str, Connector], apis: Mapping[str, Mapping[str, Any]]
) -> dict[str, Connector]:
    """The connectors under the limits that `apis` of app.yaml gives by source.

    Raises SettingsError for an unknown source or limit, or a value that cannot be one.
    """
    unknown = sorted(set(apis) - set(connectors))
    if unknown:
        raise SettingsError(f"app.yaml: apis has {unknown}, expected some of {sorted(connectors)}")
    return {
        name: _limited(connector, apis[name]) if name in apis else connector
        for name, connector in connectors.items()
    }


def _limited(connector: Connector, own: Mapping[str, Any]) -> Connector:
    where = f"app.yaml: apis.{connector.name}"
    unknown = sorted(set(own) - set(LIMITS))
    if unknown:
        raise SettingsError(f"{where} has {unknown}, expected some of {sorted(LIMITS)}")
    stated = connector.spec.api.model_dump()
    retry = own.get("retry", {})
    if isinstance(retry, Mapping):  # anything else is told as the wrong value it is
        retry = stated["retry"] | dict(retry)
    api = validated(Api, stated | dict(own) | {"retry": retry}, where)
    return Connector(connector.spec.model_copy(update={"api": api}))
