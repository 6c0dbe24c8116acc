"""One simulated API on a loopback port: reads a request, answers it, and keeps what it saw."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from aiohttp import web

from tests.simulators.api import Api
from tests.simulators.faults import Faults
from tests.simulators.messages import HTML, Asked, Reply, text_reply

HOST = "127.0.0.1"
_HANG_S = 3600.0
_PIECE = 64  # bytes of a dripping answer
_LONGEST_REQUEST = 16 << 20
_UNREADABLE = (AttributeError, LookupError, TypeError, ValueError)
Log = Callable[[Asked, Reply, float], None]


@dataclass
class Simulator:
    """A simulated API. `seen` holds the latest requests, `count` how many there were."""

    api: Api
    delay_s: float = 0.0
    slow_s: float = 2.0
    drip_s: float = 0.2  # between two pieces
    log: Log | None = None
    seen: deque[Asked] = field(default_factory=lambda: deque(maxlen=2_000))
    count: int = 0
    port: int = 0

    def __post_init__(self) -> None:
        self.faults = Faults(self.api)

    @property
    def url(self) -> str:
        """The base URL for the connector."""
        return f"http://{HOST}:{self.port}{self.api.base_path}"

    @property
    def env(self) -> dict[str, str]:
        """What points the connector here."""
        name = f"SIGHTLINE_{self.api.name.upper()}"
        key = {f"{name}_KEY": self.api.key} if self.api.key else {}
        return {f"{name}_URL": self.url} | key

    async def serve(self, port: int) -> web.ServerRunner:
        """Listen on a port (0: any that is free); OSError where it is taken."""
        server = web.Server(self._handle, handler_cancellation=True, access_log=None)
        runner = web.ServerRunner(server, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.TCPSite(runner, HOST, port).start()
        except OSError:
            await runner.cleanup()
            raise
        self.port = runner.addresses[0][1]
        return runner

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        started = time.perf_counter()
        asked = await self._read(request)
        self.seen.append(asked)
        self.count += 1
        reply = self.answer(asked)
        if self.log:
            self.log(asked, reply, time.perf_counter() - started)
        return await self._deliver(request, reply)

    def answer(self, asked: Asked) -> Reply:
        """The sound answer, or what its fault makes of it."""
        try:
            sound = self.api.answer(asked)
        except _UNREADABLE as error:  # a request of no shape that we know
            sound = text_reply(
                f"<html><body><h1>400 Bad Request</h1>{error!r}</body></html>", 400, HTML
            )
        try:
            return self.faults.known[asked.fault](asked, sound) if asked.fault else sound
        except _UNREADABLE:  # a refusal has nothing that this fault could spoil
            return sound

    async def _read(self, request: web.BaseRequest) -> Asked:
        asked = Asked(
            self.api.name,
            request.method,
            request.path,
            dict(request.query),
            {name.lower(): value for name, value in request.headers.items()},
            await request.content.read(_LONGEST_REQUEST) if request.can_read_body else b"",
            time.monotonic(),
        )
        return replace(asked, fault=self.faults.choose(asked))

    async def _deliver(self, request: web.BaseRequest, reply: Reply) -> web.StreamResponse:
        how = reply.delivery
        wait_s = _HANG_S if how.hangs else self.delay_s + self.slow_s * how.slow
        if wait_s:
            await asyncio.sleep(wait_s)
        if how.drops:
            return _dropped(request)
        headers = {"Content-Type": reply.content_type} | dict(reply.headers)
        if how == replace(how, drips=False, cut_after=1.0, pieces=None):
            return web.Response(body=reply.body, status=reply.status, headers=headers)
        response = web.StreamResponse(status=reply.status, headers=headers)
        if how.pieces is None:
            response.content_length = len(reply.body)
        await response.prepare(request)
        for piece in _pieces(reply):
            await response.write(piece)
            await asyncio.sleep(self.drip_s * how.drips)
        if how.cut_after < 1:
            return _dropped(request, response)
        await response.write_eof()
        return response


def _pieces(reply: Reply) -> Iterator[bytes]:
    how = reply.delivery
    if how.pieces:
        yield from how.pieces()
        return
    body = reply.body[: int(len(reply.body) * how.cut_after)]
    size = _PIECE if how.drips else max(len(body), 1)
    for start in range(0, len(body), size):
        yield body[start : start + size]


def _dropped(
    request: web.BaseRequest, begun: web.StreamResponse | None = None
) -> web.StreamResponse:
    """Close the connection as it stands, whatever was promised."""
    if request.transport:
        request.transport.close()
    return begun or web.Response(status=500)
