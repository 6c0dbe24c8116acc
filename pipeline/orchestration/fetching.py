"""Answers from the network: asked, checked, and recorded in the lake."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import httpx

from pipeline.connectors.http import ApiClient
from pipeline.connectors.questions import Answer, SourceRequest
from pipeline.connectors.registry import Connector
from pipeline.errors import SettingsError
from pipeline.lake.members import reduce_body
from pipeline.lake.payload import Payload, retained_until


@dataclass(frozen=True)
class Fetched:
    """Every page that came, and what a reader should know of them."""

    answers: list[Answer]
    notes: list[str]


def require_keys(connectors: Sequence[Connector], environ: Mapping[str, str]) -> None:
    """Raise SettingsError naming every missing key at once."""
    missing = [
        f"{connector.spec.api.key_variable} ({connector.name})"
        for connector in connectors
        if not connector.spec.api.can_run(environ)
    ]
    if missing:
        raise SettingsError(
            f"mode live needs keys that are not set: {', '.join(missing)}; set them, or use "
            "mode auto to replay what cannot be asked"
        )


async def fetch_answers(
    connector: Connector,
    requests: Sequence[SourceRequest],
    http: httpx.AsyncClient,
    environ: Mapping[str, str],
    call_limit: int | None = None,
) -> Fetched:
    """Every page of every request, in order; each one checked before it counts.

    `call_limit` is the most calls that may be made. Raises ConnectorError for a source that
    does not answer, ForeignPayloadError for an answer that is not what it was asked for.
    """
    api = connector.spec.api
    base_url = environ.get(api.base_url_variable) or api.base_url
    client = ApiClient(connector.name, api, base_url, api.key(environ), http)
    answers: list[Answer] = []
    for request in requests:
        if len(answers) == call_limit:
            return Fetched(answers, [*client.notes, f"stopped at the lens's {call_limit} calls"])
        async for answer in connector.fetch(client, request):
            connector.require_expected(answer.body, answer.content_type)
            answers.append(answer)
            if len(answers) == call_limit:
                break
    return Fetched(answers, client.notes)


def to_payloads(
    connector: Connector,
    answers: Sequence[Answer],
    fetched_at: datetime,
    own_terms: Collection[str] = (),
) -> list[Payload]:
    """Answers as the lake keeps them, under the source's licence and retention.

    Only what may be stored is left of them; hashes and ids are of that. `own_terms` are the
    sources with which the user has an agreement of their own.
    """
    licence = connector.spec.licence
    keep = connector.spec.kept_members(own_terms)
    return [
        Payload(
            source=connector.name,
            endpoint=answer.endpoint,
            request=answer.request,
            status=answer.status,
            content_type=answer.content_type,
            body=reduce_body(answer.body, keep),
            fetched_at=fetched_at,
            licence=licence.name,
            retain_until=retained_until(fetched_at, licence.retain_days),
            volatile=connector.spec.volatile,
        )
        for answer in answers
    ]
