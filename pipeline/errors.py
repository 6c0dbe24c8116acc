"""Every error a user can meet, and the exit code it ends the command with.

SightlineError
├── UsageError             2   an unknown option, mode, connector, word
├── SettingsError         10   app.yaml, entity.yaml or the environment
├── LensError             10   a lens that breaks its contract; carries every finding
├── LakeError             11   a payload that cannot enter, or a lake that is damaged
│   ├── UnwritableLakeError    a disk that is full or may not be written
│   └── ForeignPayloadError    an answer that is not what its source was asked for
│       └── TransientAnswerError   the same, where asking again may help
├── SqlStepError          12   a query file that is malformed or fails
├── CheckFailedError      13   a data check that found offending rows
├── ConnectorError        14   a source that did not answer (every source: the run fails)
│   ├── CallError              one call that failed, and whether another may help
│   └── NotAskedError          a request that was not sent
│       ├── StoppedError       because the run is being stopped
│       └── EmptyPurseError    because what was reserved cannot bear it
├── ContractError         15   a language model's answer outside its contract
└── WarehouseError        16   the warehouse file or a publication
    ├── StaleBuildError        another run was stored meanwhile
    └── WarehouseBusyError     another process holds the file

A message says where, what was found and what was expected.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.findings import Finding

INTERRUPTED = 130


class SightlineError(Exception):
    """A failure to tell the user of, without a traceback."""

    exit_code = 1


class UsageError(SightlineError):
    """The command line asks for something that does not exist."""

    exit_code = 2


class SettingsError(SightlineError):
    """Configuration or environment cannot be used."""

    exit_code = 10


class LensError(SightlineError):
    """A lens breaks its contract. `findings` holds all that was found, not the first."""

    exit_code = 10

    def __init__(self, message: str, findings: Sequence[Finding] = ()) -> None:
        super().__init__(message)
        self.findings = tuple(findings)


class LakeError(SightlineError):
    """A payload cannot be written, read or trusted."""

    exit_code = 11


class UnwritableLakeError(LakeError):
    """The lake cannot take an answer: no other answer has a chance either."""


class ForeignPayloadError(LakeError):
    """An answer has the right envelope and the wrong content."""


class TransientAnswerError(ForeignPayloadError):
    """A failure inside a successful answer that may be gone when asked again."""


class SqlStepError(SightlineError):
    """A query file is malformed, or its query failed."""

    exit_code = 12


class CheckFailedError(SightlineError):
    """A data check returned rows."""

    exit_code = 13


class ConnectorError(SightlineError):
    """A source did not answer as it should."""

    exit_code = 14


class CallError(ConnectorError):
    """One call failed.

    `is_transient`: asking again may help, after `wait_seconds` where the server said so.
    `is_final`: no other request to this source has a chance either.
    """

    def __init__(
        self,
        message: str,
        *,
        is_transient: bool = False,
        is_final: bool = False,
        wait_seconds: float | None = None,
    ) -> None:
        super().__init__(message)
        self.is_transient = is_transient
        self.is_final = is_final
        self.wait_seconds = wait_seconds


class NotAskedError(ConnectorError):
    """A request was not sent."""


class StoppedError(NotAskedError):
    """The run is being stopped: nothing new is asked."""


class EmptyPurseError(NotAskedError):
    """What was reserved for a source cannot bear another call."""


class ContractError(SightlineError):
    """A language model answered outside its contract."""

    exit_code = 15


class WarehouseError(SightlineError):
    """The warehouse file, or a publication from it, cannot be used."""

    exit_code = 16


class StaleBuildError(WarehouseError):
    """What a build was computed from has changed since; it can be built again."""


class WarehouseBusyError(WarehouseError):
    """Another process holds the warehouse and did not let go in time."""
