"""A connector's way to its API: paced, retried, checked, paid for, its failures told."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any, NoReturn

from pipeline.connectors.events import FetchEvent
from pipeline.connectors.http.breaker import Breaker
from pipeline.connectors.http.exchange import LostCallError, Reply, exchange
from pipeline.connectors.http.retries import retrying
from pipeline.connectors.http.session import Session
from pipeline.connectors.purse import Purse
from pipeline.connectors.questions import Answer, SourceRequest
from pipeline.connectors.spec import Api
from pipeline.errors import (
    CallError,
    ConnectorError,
    EmptyPurseError,
    ForeignPayloadError,
    NotAskedError,
)
from pipeline.text import printable

_MARKUP = re.compile(r"<[^>]*>")
_TOLD_CHARACTERS = 300


def _accept(_body: bytes, _content_type: str) -> None:
    pass


def _unknown(_body: bytes) -> Decimal | None:
    return None


@dataclass(frozen=True)
class Terms:
    """What counts as an answer, and what a call costs.

    `check` raises ForeignPayloadError; `paid` reads the units an answer cost out of it.
    """

    check: Callable[[bytes, str], None] = _accept
    paid: Callable[[bytes], Decimal | None] = _unknown
    unit_usd: Decimal = Decimal(0)
    most_units: int = 1

    @property
    def worst_usd(self) -> Decimal:
        return self.unit_usd * self.most_units

    def cost(self, body: bytes) -> Decimal:
        """What the answer says that it cost; the worst case where it does not say."""
        units = self.paid(body) if self.unit_usd else None
        return self.worst_usd if units is None else self.unit_usd * units


@dataclass
class ApiClient:
    """A way to one API: where it is, the key, and the limits of spec.yaml.

    `notes` gathers what a reader of the report should know of the answers.
    """

    name: str
    api: Api
    base_url: str
    key: str | None
    session: Session
    terms: Terms = Terms()
    purse: Purse = field(default_factory=Purse)
    notes: list[str] = field(default_factory=list)
    breaker: Breaker = field(init=False)

    def __post_init__(self) -> None:
        self.breaker = Breaker(self.api.breaker)
        self.session.secrets.add(self.key)

    async def get(
        self,
        request: SourceRequest,
        *,
        params: Mapping[str, Any] | None = None,
        secret: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        omit: Collection[str] = (),
    ) -> Answer:
        """GET; `secret` parameters are sent and never kept, those in `omit` kept and not sent."""
        kept = {name: value for name, value in request.params.items() if name not in omit}
        query = kept | dict(params or {}) | dict(secret or {})
        return await self._send("GET", request, params=query, headers=headers)

    async def post_json(
        self,
        request: SourceRequest,
        body: Mapping[str, Any],
        headers: Mapping[str, str],
    ) -> Answer:
        return await self._send("POST", request, json=dict(body), headers=headers)

    async def post_form(self, request: SourceRequest, form: Mapping[str, str]) -> Answer:
        return await self._send("POST", request, data=dict(form))

    def note(self, text: str) -> None:
        """Tell the reader of the report something of the answers."""
        self.notes.append(text)

    def note_page_limit(self, request: SourceRequest) -> None:
        """Say that there is more than was asked for."""
        self.note(
            f"{request.endpoint} was left after {self.api.max_pages} pages, the most allowed "
            "(spec.yaml: api.max_pages)"
        )

    async def _send(self, method: str, request: SourceRequest, **kwargs: Any) -> Answer:
        """The answer, asked for again where that may help.

        Raises CallError, ForeignPayloadError, or NotAskedError for what was never sent.
        """
        url = self.base_url.rstrip("/") + request.path
        send = partial(exchange, self.session.http, self.api, method, url, **kwargs)
        failed: list[Exception] = []
        try:
            async for attempt in retrying(self.api.retry, partial(self._wait, request, failed)):
                with attempt:
                    answer = await self._attempt(request, send, failed)
        except NotAskedError as error:
            self._fail(request, error)
        except (ConnectorError, ForeignPayloadError) as error:
            self.breaker.failed(error)
            self._fail(request, error, len(failed))
        self.breaker.succeeded()
        return answer

    async def _attempt(
        self, request: SourceRequest, send: Callable[[], Any], failed: list[Exception]
    ) -> Answer:
        """One call. What it costs is taken before it is sent and settled after it."""
        self._require_leave(failed)
        rate = self.api.requests_per_second
        pace = self.session.pace(self.base_url)
        await pace.wait(1 / rate if rate else 0.0, self.session.pause)
        self._require_leave(failed)  # much may have happened to others during the wait
        self.purse.take(self.terms.worst_usd)
        self._tell("asked", request)
        try:
            return self._accepted(request, await self._reply(send))
        except (ConnectorError, ForeignPayloadError) as error:
            failed.append(type(error)(printable(self.session.secrets.hide(str(error)))))
            if isinstance(error, CallError) and error.wait_seconds:
                pace.hold(error.wait_seconds)
            raise

    def _require_leave(self, failed: list[Exception]) -> None:
        """Raise NotAskedError, or for a retry CallError, where no other call may be made."""
        self.session.require_running()
        worst = self.terms.worst_usd
        refused: NotAskedError
        if self.breaker.why:
            refused = NotAskedError(self.breaker.why)
        elif self.purse.bears(worst) == 0:
            refused = EmptyPurseError(self.purse.why_empty(worst))
        else:
            return
        raise CallError(f"{failed[-1]}; not asked again: {refused}") if failed else refused

    async def _wait(self, request: SourceRequest, failed: list[Exception], seconds: float) -> None:
        self._tell("waiting", request, f"{seconds:.1f} s after: {failed[-1]}")
        await self.session.pause(seconds)

    async def _reply(self, send: Callable[[], Any]) -> Reply:
        """The reply, its call paid for as far as the provider bills it."""
        worst = self.terms.worst_usd
        try:
            reply: Reply = await send()
        except LostCallError as error:
            if not error.was_sent:
                self.purse.settle(worst, Decimal(0))
            elif not self._may_repeat():
                error.is_transient = False
            raise
        cost = self.terms.cost(reply.body) if reply.status < 400 else Decimal(0)
        self.purse.settle(worst, cost)
        if cost > worst:
            self.note(f"a call cost ${cost}, more than the ${worst} that spec.yaml states")
        return reply

    def _may_repeat(self) -> bool:
        """Whether a call whose answer was lost may be made twice."""
        chosen = self.api.retry.unanswered
        return not self.terms.worst_usd if chosen is None else chosen

    def _accepted(self, request: SourceRequest, reply: Reply) -> Answer:
        body = self.session.secrets.hide_bytes(reply.body)
        content_type = self.session.secrets.hide(reply.content_type)
        if reply.status >= 400:
            raise self._refused(reply, _told(body))
        self.terms.check(body, content_type)
        self._tell("answered", request, f"{len(body)} bytes")
        return Answer(request.endpoint, request.canonical, reply.status, content_type, body)

    def _refused(self, reply: Reply, text: str) -> CallError:
        """The failure that an error status is, with what to do where that is documented."""
        policy = self.api.retry
        known = self.api.refusal(reply.status, text)
        told = f"HTTP {reply.status}: {text}" + (f"; {known.advice}" if known else "")
        if not (known.retry if known else reply.status in policy.statuses):
            return CallError(told, is_final=known is not None)
        if (reply.wait_seconds or 0) > policy.max_retry_after_seconds:
            return CallError(
                f"{told}; asks to wait {reply.wait_seconds:g} s, more than the "
                f"{policy.max_retry_after_seconds:g} s allowed (spec.yaml: "
                "api.retry.max_retry_after_seconds)",
                is_final=True,
            )
        return CallError(told, is_transient=True, wait_seconds=reply.wait_seconds)

    def _fail(self, request: SourceRequest, error: Exception, attempts: int = 1) -> NoReturn:
        """Raise the error as one that says where it was, without a key."""
        told = f"{self.name}: {request.endpoint}: {error}"
        if attempts > 1:
            told += f" (asked {attempts} times)"
        told = printable(self.session.secrets.hide(told))
        self._tell("failed", request, told)
        raise type(error)(told) from error

    def _tell(self, kind: str, request: SourceRequest, detail: str = "") -> None:
        self.session.told(self.name, FetchEvent(kind, request.endpoint, detail))


def _told(body: bytes) -> str:
    """The start of an error answer as one line; error pages are told without their markup."""
    text = _MARKUP.sub(" ", body.decode("utf-8", "replace"))
    return " ".join(text.split())[:_TOLD_CHARACTERS]
