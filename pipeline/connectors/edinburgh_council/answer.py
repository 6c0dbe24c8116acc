"""Telling the layer that was asked for from any other layer of the same server."""

from __future__ import annotations

from pipeline.connectors.envelopes import properties_of, require_any, require_feature_collection
from pipeline.connectors.spec import ConnectorSpec


def require_expected(body: bytes, content_type: str, spec: ConnectorSpec) -> None:
    """Raise ForeignPayloadError for another layer, or an error in a 200 answer."""
    name_field = spec.setting("fields")["entity_name"]
    features = require_feature_collection(body, content_type, "ArcGIS")
    require_any(
        [properties_of(feature) for feature in features],
        lambda properties: name_field in properties,
        f"{name_field}: another layer, or field names that changed (spec.yaml holds them)",
    )
