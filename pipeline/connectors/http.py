"""The one module that speaks HTTP: bounded in time and size, identified, secrets hidden."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx

from pipeline import __version__
from pipeline.connectors.questions import Answer, SourceRequest
from pipeline.connectors.spec import Api
from pipeline.errors import ConnectorError

USER_AGENT = f"sightline/{__version__} (open data pipeline)"
HIDDEN = "KEY-HIDDEN"
_MARKUP = re.compile(r"<[^>]*>")
_TOLD_CHARACTERS = 300
_SHORTEST_SECRET = 8  # a shorter key is a placeholder: hiding it would spoil the answer


@dataclass
class Pace:
    """Spaces the requests to one API evenly; concurrent callers queue."""

    seconds_apart: float
    _free_at: float = 0.0

    async def wait(self) -> None:
        """Return when the next request may go."""
        now = asyncio.get_running_loop().time()
        starts_at = max(now, self._free_at)
        self._free_at = starts_at + self.seconds_apart
        await asyncio.sleep(starts_at - now)


@dataclass
class ApiClient:
    """A way to one API: where it is, the key, and the limits of spec.yaml.

    `notes` gathers what a reader of the report should know of the answers.
    """

    name: str
    api: Api
    base_url: str
    key: str | None
    http: httpx.AsyncClient
    notes: list[str] = field(default_factory=list)
    pace: Pace = field(init=False)

    def __post_init__(self) -> None:
        rate = self.api.requests_per_second
        self.pace = Pace(1 / rate if rate else 0.0)

    async def get(
        self,
        request: SourceRequest,
        *,
        params: Mapping[str, Any] | None = None,
        secret: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        omit: Sequence[str] = (),
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

    def note_page_limit(self, request: SourceRequest) -> None:
        """Say that there is more than was asked for."""
        self.notes.append(
            f"{request.endpoint} was left after {self.api.max_pages} pages, the most allowed "
            "(spec.yaml: api.max_pages)"
        )

    async def _send(self, method: str, request: SourceRequest, **kwargs: Any) -> Answer:
        where = f"{self.name}: {request.endpoint}"
        url = self.base_url.rstrip("/") + request.path
        limit = self.api.timeout_seconds
        await self.pace.wait()
        try:
            async with (
                asyncio.timeout(limit),  # httpx bounds each read, not their sum
                self.http.stream(method, url, timeout=limit, **kwargs) as response,
            ):
                body = self._hide(await self._read(response))
        except (httpx.TimeoutException, TimeoutError) as error:
            raise ConnectorError(
                f"{where}: no answer within {limit:g} s from {self.base_url}"
            ) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ConnectorError(
                f"{where}: {type(error).__name__}: no answer from {self.base_url}"
            ) from error
        except UnicodeError as error:
            raise ConnectorError(
                f"{where}: {self.api.key_variable} holds a character that cannot be sent"
            ) from error
        if response.status_code >= 400:
            raise ConnectorError(f"{where}: HTTP {response.status_code}: {_told(body)}")
        content_type = response.headers.get("content-type", "").partition(";")[0]
        return Answer(
            request.endpoint,
            request.canonical,
            response.status_code,
            content_type,
            body,
        )

    async def _read(self, response: httpx.Response) -> bytes:
        limit = self.api.max_response_mb * 1024 * 1024
        body = bytearray()
        async for piece in response.aiter_bytes():
            body += piece
            if len(body) > limit:
                raise ConnectorError(
                    f"{self.name}: more than {self.api.max_response_mb} MB, the largest answer "
                    "allowed (spec.yaml: api.max_response_mb)"
                )
        return bytes(body)

    def _hide(self, body: bytes) -> bytes:
        """The body without our key: servers repeat it in next-page links and error texts."""
        if self.key is None or len(self.key) < _SHORTEST_SECRET:
            return body
        for secret in {self.key, quote(self.key, safe="")}:
            body = body.replace(secret.encode(), HIDDEN.encode())
        return body


def _told(body: bytes) -> str:
    """The start of an error answer as one line; error pages are told without their markup."""
    text = _MARKUP.sub(" ", body.decode("utf-8", "replace"))
    return " ".join(text.split())[:_TOLD_CHARACTERS]


@asynccontextmanager
async def open_client() -> AsyncIterator[httpx.AsyncClient]:
    """One connection pool for a run. Redirects are followed within a host only."""
    async with httpx.AsyncClient(
        headers={"User-Agent": USER_AGENT},
        follow_redirects=True,
        event_hooks={"response": [_stay_on_host]},
    ) as client:
        yield client


async def _stay_on_host(response: httpx.Response) -> None:
    """Raise ConnectorError before a key in a header would go to a host it is not for."""
    if not response.has_redirect_location:
        return
    asked = response.request.url
    target = asked.join(response.headers["location"])
    is_downgrade = asked.scheme == "https" and target.scheme != "https"
    if target.netloc != asked.netloc or is_downgrade:
        raise ConnectorError(
            f"{asked.host} redirects to {target.scheme}://{target.host}, which is not followed; "
            "if the service has moved, set its base-URL variable"
        )
