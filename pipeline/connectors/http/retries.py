"""Asking again: which failures deserve it, and after how long."""

from __future__ import annotations

import math
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    wait_random_exponential,
)

from pipeline.connectors.spec import Retry
from pipeline.errors import CallError, TransientAnswerError

_SECONDS = re.compile(r"\d{1,9}(\.\d+)?")


def retrying(policy: Retry, sleep: Callable[[float], Awaitable[None]]) -> AsyncRetrying:
    """The retry loop of one request: pauses grow and are random, or the server's own."""
    backoff = wait_random_exponential(multiplier=policy.base_seconds, max=policy.max_seconds)

    def pause(state: RetryCallState) -> float:
        asked = getattr(state.outcome and state.outcome.exception(), "wait_seconds", None)
        return float(backoff(state) if asked is None else asked)

    return AsyncRetrying(
        stop=stop_after_attempt(policy.attempts),
        retry=retry_if_exception(_is_transient),
        wait=pause,
        sleep=sleep,
        reraise=True,
    )


def retry_after(response: httpx.Response) -> float | None:
    """The seconds that the server asks to wait, said as such or as a date; None: it does not.

    A date is held against the server's own clock where it tells it.
    """
    said = response.headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(said):
        return float(said)
    until = _date(said)
    if until is None:
        return None
    now = _date(response.headers.get("date", "")) or datetime.now(UTC)
    seconds = (until - now).total_seconds()
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _is_transient(error: BaseException) -> bool:
    if isinstance(error, CallError):
        return error.is_transient
    return isinstance(error, TransientAnswerError)


def _date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
