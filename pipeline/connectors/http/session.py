"""What the connectors of one run share: a connection pool, paces, secrets, a way to stop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx

from pipeline import __version__
from pipeline.connectors.events import Told, tell_nobody
from pipeline.connectors.http.pace import Pace
from pipeline.connectors.http.secrets import Secrets
from pipeline.errors import ConnectorError, SettingsError, StoppedError

CONTACT = "SIGHTLINE_CONTACT"
# More than all connectors' `concurrency` together: waiting for a connection is never silence.
_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20)


@dataclass
class Session:
    """Made once per run. Once `stopping` is set nothing new is sent; what is under way may end."""

    http: httpx.AsyncClient
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    told: Told = tell_nobody
    secrets: Secrets = field(default_factory=Secrets)
    _paces: dict[str, Pace] = field(default_factory=dict)

    def pace(self, base_url: str) -> Pace:
        """The queue of the address's host."""
        return self._paces.setdefault(_host(base_url), Pace())

    def require_running(self) -> None:
        """Raise StoppedError once the run is being stopped."""
        if self.stopping.is_set():
            raise StoppedError("not asked: the run is being stopped")

    async def pause(self, seconds: float) -> None:
        """Sleep; StoppedError as soon as the run is being stopped."""
        self.require_running()
        if seconds > 0:
            try:
                await asyncio.wait_for(self.stopping.wait(), seconds)
            except TimeoutError:
                return
            self.require_running()


@asynccontextmanager
async def open_session(
    environ: Mapping[str, str],
    *,
    stopping: asyncio.Event | None = None,
    told: Told = tell_nobody,
) -> AsyncIterator[Session]:
    """The session of a run. Redirects are followed within a host only.

    Raises SettingsError for a contact that no header can carry.
    """
    secrets = Secrets()
    with secrets.hidden_in_logs():
        async with httpx.AsyncClient(
            headers={"User-Agent": user_agent(environ)},
            follow_redirects=True,
            limits=_LIMITS,
            event_hooks={"response": [_stay_on_host]},
        ) as client:
            yield Session(client, stopping or asyncio.Event(), told, secrets)


def user_agent(environ: Mapping[str, str]) -> str:
    """Who asks, and how to reach them where SIGHTLINE_CONTACT says so."""
    contact = environ.get(CONTACT, "").strip()
    if not (contact.isascii() and contact.isprintable()):
        raise SettingsError(f"{CONTACT} is {contact!r}, expected printable ASCII characters")
    told = "; ".join(["open data pipeline", *([contact] if contact else [])])
    return f"sightline/{__version__} ({told})"


def _host(base_url: str) -> str:
    try:
        return httpx.URL(base_url).netloc.decode("ascii").lower()
    except (httpx.InvalidURL, UnicodeDecodeError):
        return base_url  # told when the request is sent


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
