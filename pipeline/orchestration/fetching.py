"""Answers from the network: asked in parallel, kept in order, and recorded in the lake."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from itertools import islice

from pipeline.connectors.http import ApiClient, Session, Terms
from pipeline.connectors.purse import Purse
from pipeline.connectors.questions import Answer, SourceRequest
from pipeline.connectors.registry import Connector
from pipeline.connectors.spec import Operation
from pipeline.errors import (
    ConnectorError,
    EmptyPurseError,
    NotAskedError,
    SettingsError,
    SightlineError,
    StoppedError,
)
from pipeline.lake.members import reduce_body
from pipeline.lake.payload import Payload, request_json, retained_until


@dataclass
class Fetched:
    """What came of asking one connector; filled as it comes, so nothing is lost to a failure."""

    purse: Purse = field(default_factory=Purse)
    pages: list[list[Answer]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    @property
    def answers(self) -> list[Answer]:
        """Every page that came, in the order of the requests whatever came first."""
        return [answer for pages in self.pages for answer in pages]

    @property
    def notes(self) -> list[str]:
        """What a reader should know of the answers, each once."""
        return sorted(set(self.told))

    @property
    def cost(self) -> Decimal:
        """US dollars: the true cost of what came, the worst case of what is not known."""
        return self.purse.spent

    @property
    def calls(self) -> int:
        """Requests that were sent."""
        return self.purse.calls


@dataclass
class _Paging:
    """The pages of one request on their way; `kept` is where they are put."""

    answers: AsyncGenerator[Answer]
    kept: list[Answer]

    async def next_page(self, slots: asyncio.Semaphore) -> bool:
        """Take one more page; whether there may be another."""
        async with slots:
            page = await anext(self.answers, None)
        if page is not None:
            self.kept.append(_numbered(page, len(self.kept) + 1))
        return page is not None


def _numbered(page: Answer, number: int) -> Answer:
    """The answer with the number of its page in its request, where it is not the first one.

    So each page is an answer of its own, whose newest edition the lake can tell.
    """
    if number == 1:
        return page
    return replace(page, request=request_json(json.loads(page.request) | {"page": number}))


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
    session: Session,
    environ: Mapping[str, str],
    fetched: Fetched,
    operation: Operation | None = None,
) -> None:
    """Ask for every page of every request and put what comes into `fetched`.

    Page by page: the first of every request, then the second of those that have one, each
    round in parallel and as wide as `fetched.purse` bears. So what is asked under a limit does
    not depend on which answer comes first. A request that fails does not end the others; the
    first failure is raised at the end: ConnectorError for a source that does not answer,
    ForeignPayloadError for an answer that is not what it was asked for.
    """
    operation = operation or connector.spec.all_operations()[0]
    client = open_api(connector, session, environ, fetched, operation)
    slots = asyncio.Semaphore(client.api.concurrency)
    failures: dict[int, BaseException] = {}
    async with AsyncExitStack() as stack:
        going: dict[int, _Paging] = {}
        for number, request in enumerate(requests):
            asked = connector.fetch(client, request, operation.name)
            answers = await stack.enter_async_context(aclosing(asked))
            fetched.pages.append([])
            going[number] = _Paging(answers, fetched.pages[-1])
        while going:
            # None: no bound. 0: whoever has another page finds the purse empty, unasked.
            width = client.purse.bears(client.terms.worst_usd) or None
            now = dict(islice(going.items(), width))
            pages = (paging.next_page(slots) for paging in now.values())
            came = dict(zip(now, await asyncio.gather(*pages, return_exceptions=True), strict=True))
            failures |= {n: got for n, got in came.items() if isinstance(got, BaseException)}
            waiting = {n: paging for n, paging in going.items() if n not in now}
            going = waiting | {n: paging for n, paging in now.items() if came[n] is True}
    _raise_first(failures, len(requests), client)


def open_api(
    connector: Connector,
    session: Session,
    environ: Mapping[str, str],
    fetched: Fetched,
    operation: Operation,
) -> ApiClient:
    """The connector's way to its API, which pays from the purse and notes what it sees."""
    spec = connector.spec
    terms = Terms(
        connector.require_expected, connector.paid, operation.cost_usd, operation.most_units
    )
    base_url = environ.get(spec.api.base_url_variable) or spec.api.base_url
    key = spec.api.key(environ)
    return ApiClient(
        spec.name, spec.api, base_url, key, session, terms, fetched.purse, fetched.told
    )


def _raise_first(failures: Mapping[int, BaseException], requests: int, client: ApiClient) -> None:
    """Raise what went wrong first in the order of the requests, and tell of the others.

    An empty purse is no failure: it is noted.
    """
    errors = [failures[number] for number in sorted(failures)]
    for error in errors:
        if isinstance(error, StoppedError) or not isinstance(error, Exception):
            raise error
    if any(isinstance(error, EmptyPurseError) for error in errors):
        client.note(client.purse.why_empty(client.terms.worst_usd))
    failed = [error for error in errors if not isinstance(error, NotAskedError)]
    if not failed:
        return
    unasked = sum(type(error) is NotAskedError for error in errors)
    first = failed[0]
    is_told = isinstance(first, SightlineError)
    told = str(first) if is_told else f"{client.name}: {client.session.secrets.hide(repr(first))}"
    if requests > 1:
        told += f"; {len(failed)} of {requests} requests failed"
    if unasked:
        told += f", {unasked} more were {client.breaker.why}"
    raise (type(first) if is_told else ConnectorError)(told) from first


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
