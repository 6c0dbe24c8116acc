"""Telling the layer that was asked for from any other layer of the same server."""

from __future__ import annotations

from pipeline.connectors.envelopes import require_feature_collection
from pipeline.connectors.spec import ConnectorSpec
from pipeline.errors import ForeignPayloadError


def require_expected(body: bytes, content_type: str, spec: ConnectorSpec) -> None:
    """Raise ForeignPayloadError for another layer, or an error in a 200 answer."""
    name_field = spec.setting("fields")["entity_name"]
    features = require_feature_collection(body, content_type, "ArcGIS")
    for feature in features:
        properties = feature.get("properties") or {}
        if name_field not in properties:
            raise ForeignPayloadError(
                f"a feature has {sorted(properties)[:6]}, expected {name_field}: another layer, "
                "or field names that changed (spec.yaml holds them)"
            )
