"""`just simulate` runs the seven APIs until Ctrl-C; `just simulate-env` says how to reach them."""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import shlex
import signal
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from math import nan

from tests.simulators.crowd import MOST
from tests.simulators.faults import HEAVY
from tests.simulators.messages import Asked, Reply
from tests.simulators.server import HOST, Simulator
from tests.simulators.world import NAMES, World, gather_rows

PORT_VARIABLE = "SIGHTLINE_SIMULATORS_PORT"
FIRST_PORT = 8710  # serper's; the others follow in the order of NAMES
_LONGEST_LINE = 160
_SETTINGS = re.compile(r"^(\[\w+:[^\]]*\])+;")  # at the head of every Overpass query


def main(arguments: Sequence[str] | None = None) -> int:
    options = build_parser().parse_args(arguments)
    if options.env:
        print(_exports(_world(options, with_rows=False), options.port))
        return 0
    try:
        world = _world(options, with_rows=True)
        _set_faults(world, options)
    except ValueError as error:
        print(f"simulate: {error}", file=sys.stderr)
        return 2
    if options.list_faults:
        for simulator in world:
            print(f"{simulator.api.name}: {', '.join(sorted(simulator.faults.known))}")
        return 0
    return asyncio.run(_run(world, options))


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="just simulate", description=__doc__)
    add = parser.add_argument
    add("--env", action="store_true", help="only print the variables that point here")
    add(
        "--delay",
        type=partial(_within, float, 0, 600_000),
        default=0,
        metavar="MS",
        help="wait so long before every answer",
    )
    add("--crowd", type=int, default=0, metavar="N", help=f"add N made-up venues, at most {MOST}")
    add("--no-sample", action="store_true", help="leave the rows of data/sample out")
    add("--seed", type=int, default=0, help="of the crowd and of --misbehave")
    add("--real", action="store_true", help="add real rows, where real data is here")
    add(
        "--misbehave",
        type=partial(_within, float, 0, 1),
        default=0,
        metavar="SHARE",
        help=f"let a share of the answers (0 to 1) go wrong, in any way but {', '.join(HEAVY)}",
    )
    add(
        "--fault",
        action="append",
        default=[],
        metavar="API=FAULT",
        help="let every answer of an API go wrong in one way; may be repeated",
    )
    add("--list-faults", action="store_true", help="print the faults of each API")
    add(
        "--only",
        nargs="+",
        default=NAMES,
        choices=NAMES,
        metavar="API",
        help=f"some of {', '.join(NAMES)}",
    )
    add(
        "--port",
        type=partial(_within, int, 1, 65_536 - len(NAMES)),
        default=os.environ.get(PORT_VARIABLE) or FIRST_PORT,
        help=f"the first of seven ports; default ${PORT_VARIABLE}, else {FIRST_PORT}",
    )
    add("--quiet", action="store_true", help="no line per request")
    return parser


def _within(kind: Callable[[str], float], least: int, most: int, text: str) -> float:
    """A number of the command line; argparse tells the error after the option's name."""
    try:
        number = kind(text)
    except ValueError:
        number = nan
    if not least <= number <= most:  # so is no NaN
        raise argparse.ArgumentTypeError(f"{text!r}, expected a number from {least} to {most}")
    return number


def _world(options: argparse.Namespace, *, with_rows: bool) -> World:
    if not with_rows:
        return World({name: [] for name in NAMES}, options.only)
    rows = gather_rows(
        sample=not options.no_sample, real=options.real, crowd=options.crowd, seed=options.seed
    )
    return World(rows, options.only, options.delay / 1000)


def _set_faults(world: World, options: argparse.Namespace) -> None:
    """Raises ValueError for an API or a fault that is not there."""
    if not 0 <= options.misbehave <= 1:
        raise ValueError(f"--misbehave is {options.misbehave:g}, expected a share from 0 to 1")
    if options.delay < 0:
        raise ValueError(f"--delay is {options.delay:g}, expected milliseconds from 0")
    if options.misbehave:
        world.misbehave(options.misbehave, options.seed)
    for text in options.fault:
        name, _, fault = text.partition("=")
        if name not in world.simulators:
            raise ValueError(
                f"--fault {text}: API is {name!r}, expected one of {sorted(world.simulators)}"
            )
        world[name].faults.always(fault)


def _exports(world: World, first_port: int) -> str:
    """Lines for `eval`."""
    for simulator in world:
        simulator.port = first_port + NAMES.index(simulator.api.name)
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in world.env.items())


async def _run(world: World, options: argparse.Namespace) -> int:
    """Serve until interrupted. Exit code 0 after Ctrl-C, 1 where a port is taken."""
    stopped = asyncio.Event()
    for kind in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(kind, stopped.set)
    try:
        await world.start(options.port)
    except OSError:
        await world.stop()
        last = options.port + len(NAMES) - 1
        print(
            f"simulate: a port of {HOST}:{options.port} to {last} is in use, perhaps by another `just simulate`; "
            f"stop that one, or set {PORT_VARIABLE} to another first port in both terminals",
            file=sys.stderr,
        )
        return 1
    for simulator in world:
        simulator.log = None if options.quiet else partial(_log, simulator)
    _greet(world, options)
    await stopped.wait()
    print(f"\nstopped after {world.count} requests", flush=True)
    await world.stop()
    return 0


def _greet(world: World, options: argparse.Namespace) -> None:
    print(_exports(world, options.port))
    rows = sum(len(simulator.api.rows) for simulator in world)
    print(
        f"\n{len(world.simulators)} APIs answer from {rows} rows until Ctrl-C. In another terminal:\n"
    )
    print('  eval "$(just simulate-env)"')
    print("  export SIGHTLINE_HOME=$(mktemp -d)   # made-up answers stay out of your own lake")
    print('  just run query="Powerleague Portobello" mode=live\n', flush=True)


def _log(simulator: Simulator, asked: Asked, reply: Reply, seconds: float) -> None:
    """One line, without keys and without what every request says alike."""
    given = {**asked.form, **asked.params, **asked.json}
    told = (
        f"{name}={_SETTINGS.sub('', str(given[name]))}"
        for name in simulator.api.telling
        if name in given
    )
    fault = f" [{asked.fault}]" if asked.fault else ""
    path = simulator.api.path_of(asked) or asked.path
    line = f"{time.strftime('%H:%M:%S')} {asked.source} {asked.method} {path} {' '.join(told)}"
    end = f" → {reply.status}{fault}, {len(reply.body)} B, {seconds * 1000:.1f} ms"
    room = _LONGEST_LINE - len(end)
    print((line if len(line) <= room else f"{line[: room - 1]}…") + end, flush=True)


if __name__ == "__main__":
    sys.exit(main())
