"""The one module that speaks HTTP: bounded in time and size, identified, secrets hidden."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from pipeline import __version__
from pipeline.connectors.questions import Answer, SourceRequest
from pipeline.connectors.spec import Api
from pipeline.errors import ConnectorError

USER_AGENT = f"sightline/{__version__} (open data pipeline)"


@dataclass(frozen=True)
class ApiClient:
    """A way to one API: where it is, the key, and the limits of spec.yaml."""

    name: str
    api: Api
    base_url: str
    key: str | None
    http: httpx.AsyncClient

    async def get(
        self,
        request: SourceRequest,
        *,
        params: Mapping[str, Any] | None = None,
        secret: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """GET; `secret` parameters are sent and never kept."""
        query = dict(request.params) | dict(params or {}) | dict(secret or {})
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

    async def _send(self, method: str, request: SourceRequest, **kwargs: Any) -> Answer:
        url = self.base_url.rstrip("/") + request.path
        try:
            async with self.http.stream(
                method, url, timeout=self.api.timeout_seconds, **kwargs
            ) as response:
                body = await self._read(response)
        except httpx.HTTPError as error:
            raise ConnectorError(
                f"{self.name}: {request.endpoint}: {type(error).__name__}: no answer from "
                f"{self.base_url}"
            ) from error
        if response.status_code >= 400:
            text = body[:200].decode("utf-8", "replace").strip()
            raise ConnectorError(
                f"{self.name}: {request.endpoint}: HTTP {response.status_code}: {self._hide(text)}"
            )
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

    def _hide(self, text: str) -> str:
        return text.replace(self.key, "…") if self.key else text


@asynccontextmanager
async def open_client() -> AsyncIterator[httpx.AsyncClient]:
    """One connection pool for a run."""
    async with httpx.AsyncClient(
        headers={"User-Agent": USER_AGENT}, follow_redirects=True
    ) as client:
        yield client
