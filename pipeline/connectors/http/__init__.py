"""The one package that speaks HTTP: bounded, polite, paid for, its secrets hidden."""

from pipeline.connectors.http.client import ApiClient, Terms
from pipeline.connectors.http.secrets import HIDDEN, Secrets
from pipeline.connectors.http.session import Session, open_session

__all__ = ["HIDDEN", "ApiClient", "Secrets", "Session", "Terms", "open_session"]
