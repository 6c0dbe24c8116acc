"""One request and its response, bounded in time and size; what goes wrong is told apart."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import httpx

from pipeline.connectors.http.retries import retry_after
from pipeline.connectors.spec import Api
from pipeline.errors import CallError

_MB = 1024 * 1024
# Raised before anything was sent: such a call is never billed.
_UNSENT = (
    httpx.ConnectError,
    httpx.InvalidURL,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)
_HOPELESS = (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError,
             httpx.TooManyRedirects)  # fmt: skip


@dataclass(frozen=True)
class Reply:
    """A response that came whole."""

    status: int
    content_type: str
    body: bytes
    wait_seconds: float | None


class LostCallError(CallError):
    """No answer came. `was_sent`: the request may have arrived, and may be billed."""

    was_sent = True


class UnsentCallError(LostCallError):
    """The request was not sent."""

    was_sent = False


async def exchange(
    http: httpx.AsyncClient, api: Api, method: str, url: str, **kwargs: Any
) -> Reply:
    """Send one request. Raises LostCallError, or CallError for an answer over the size cap."""
    limit, shown = api.timeout_seconds, told_url(url)
    try:
        async with (
            asyncio.timeout(limit),  # httpx bounds each read, not their sum
            http.stream(method, url, timeout=limit, **kwargs) as response,
        ):
            body = await _read(response, api.max_response_mb)
    except (httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise UnsentCallError(
            f"no connection within {limit:g} s to {shown}", is_transient=True
        ) from error
    except (httpx.TimeoutException, TimeoutError) as error:
        raise LostCallError(
            f"no answer within {limit:g} s from {shown}", is_transient=True
        ) from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        kind = UnsentCallError if isinstance(error, _UNSENT) else LostCallError
        raise kind(
            f"{type(error).__name__}: no answer from {shown}",
            is_transient=not isinstance(error, _HOPELESS),
        ) from error
    except (OverflowError, ExceptionGroup) as error:  # as connecting to a port above 65535 fails
        raise UnsentCallError(f"no connection can be made to {shown}") from error
    except UnicodeError:  # its own text holds the key
        raise UnsentCallError(
            f"{api.key_variable} holds a character that cannot be sent", is_final=True
        ) from None
    content_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    return Reply(response.status_code, content_type, body, retry_after(response))


async def _read(response: httpx.Response, most_mb: int) -> bytes:
    """The unpacked body; CallError as soon as it is, or is announced to be, too large."""
    announced = response.headers.get("content-length", "")
    body = bytearray()
    if not (announced.isdecimal() and int(announced) > most_mb * _MB):
        async for piece in response.aiter_bytes():
            body += piece
            if len(body) > most_mb * _MB:
                break
        else:
            return bytes(body)
    raise CallError(
        f"more than {most_mb} MB, the largest answer allowed (spec.yaml: api.max_response_mb)"
    )


def told_url(url: str) -> str:
    """An address without the user, password and parameters that it may carry."""
    scheme, mark, rest = url.partition("?")[0].partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{mark}{host.rpartition('@')[2]}{slash}{path}"
