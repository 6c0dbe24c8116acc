"""The command line: what there is to ask for, and which module answers.

Heavy libraries are imported by the command that needs them, so that `--help` is instant.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import Any, NoReturn

from pipeline import __version__
from pipeline.errors import INTERRUPTED, SightlineError
from pipeline.interrupts import interrupts_raised

# Placeholders in capitals: the engine knows no domain, not even in its help.
_EXAMPLES = {
    "run": (
        'run "NAME PLACE"                       one named thing, from the lake',
        'run "KIND PLACE" --discover 10 --json  many, as JSON',
        'run query="NAME PLACE" mode=live       key=value words; ask the sources themselves',
        'run "NAME PLACE" --no-persist          look, store nothing',
    ),
    "lake_import": ("lake import --source openstreetmap answer.json dump.json.gz",),
    "lake_ls": ("lake ls --json",),
    "lake_verify": ("lake verify",),
    "lake_purge": ("lake purge --dry-run", "lake purge"),
    "record": (
        'record --source openstreetmap --match "NAME" --why "what it shows"',
        'record --source openstreetmap --payload p_0123 --item /elements/3 --why "…"',
        'record --source sport_scotland --run run_2026… --match "NAME" --why "…" --json',
    ),
    "rebuild": ("rebuild", "rebuild --as-of 2026-01-31"),
    "explain": ("explain SLUG", "explain SLUG phone --raw", "explain SLUG --links"),
    "entities": ("entities --like TEXT",),
    "sql": ('sql "SELECT slug, phone FROM entity"', 'sql "SHOW TABLES"'),
    "connectors": ("connectors",),
    "lens_check": ("lens check", "lens check path/to/lens.yaml --json"),
    "export_parquet": ("export parquet --to published",),
}
_RECORDING = """\
Keep items of an answer in the lake as an example of a lens.

The example goes to $SIGHTLINE_HOME/lenses/LENS/examples/SOURCE.yaml (a shipped lens is copied
there first): the items in their envelope, without keys and personal data, where they come
from, and what the lens reads in them today. Review that, correct what is wrong, and mend the
rules until 'sightline lens check' passes.

Of several answers the newest with a match is taken. An answer that may not be kept for ever
is refused: write an authored example instead.
"""
_EPILOG = """\
start here:
  sightline run "NAME PLACE"     ask the lake; README.md has a query for the committed sample
  sightline explain SLUG         who said what, who won, and why
  sightline entities             what the warehouse holds

exit codes: 0 fine, 2 usage, 10 settings or lens, 11 lake, 12 SQL step, 13 check,
14 every connector failed, 16 warehouse or publication, 130 interrupted
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; errors a user can meet become one message and an exit code."""
    if sys.stdout is None:  # closed by whoever started us
        sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115  # for the rest of the process
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal without `·` still gets the rest
    try:
        with interrupts_raised():
            return _execute(_parse(argv))
    except SightlineError as error:
        print(f"sightline: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("sightline: interrupted; what was finished is kept", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # whoever read us has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:  # a full disk under standard output, and the like
        print(f"sightline: {error}", file=sys.stderr)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return SightlineError.exit_code


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Arguments; words may also follow an option: `run padel --json edinburgh`."""
    parser = build_parser()
    if argv is None and not all(_is_utf8(word) for word in sys.argv):
        parser.error("an argument is not UTF-8 text")
    arguments, late = parser.parse_known_args(argv)
    words = getattr(arguments, "words", None) or getattr(arguments, "paths", None)
    if words and not any(word.startswith("-") for word in late):
        words.extend(late)
    elif late:
        parser.error(f"unrecognized arguments: {' '.join(late)}")
    return arguments


def _execute(arguments: argparse.Namespace) -> int:
    from pipeline import logs  # after parsing: --help needs none of it
    from pipeline.settings import load_settings

    logs.configure(arguments.log_level or load_settings().app.log_level)
    command = import_module(f"pipeline.commands.{arguments.module}")
    code = int(command.execute(arguments) or 0)
    sys.stdout.flush()
    return code


def _is_utf8(word: str) -> bool:
    """Whether the bytes the shell gave were text: others arrive as lone surrogates."""
    return not any("\udc80" <= character <= "\udcff" for character in word)


class _Parser(argparse.ArgumentParser):
    """Keeps the layout of examples, takes no shortened options, complains in one line."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False, **kwargs
        )

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; see '{self.prog} --help'\n")


def build_parser() -> argparse.ArgumentParser:
    """Every command with its options."""
    parser = _Parser(
        prog="sightline",
        description="Many imperfect sources in, one trusted and explained record out.",
        epilog=_EPILOG,
    )
    parser.add_argument("--version", action="version", version=f"sightline {__version__}")
    parser.add_argument(
        "--log-level",
        choices=["debug", "info", "warning", "error"],
        help="structured logs on standard error (default: log_level of app.yaml)",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_run(commands)
    _add_lake(commands)
    _add_record(commands)
    _add_rebuild(commands)
    _add_reading(commands)
    _add_lens(commands)
    _add_export(commands)
    return parser


Commands = argparse._SubParsersAction  # argparse offers no public name


def _command(
    commands: Commands[_Parser], name: str, module: str, text: str
) -> argparse.ArgumentParser:
    examples = "".join(f"\n  sightline {example}" for example in _EXAMPLES[module])
    parser = commands.add_parser(
        name,
        help=text,
        description=text[0].upper() + text[1:] + ".",
        epilog=f"examples:{examples}",
    )
    parser.set_defaults(module=module)
    return parser


def _lens_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--lens", metavar="ID", help="lens (default: SIGHTLINE_LENS, app.yaml)")


def _json_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")


def _add_run(commands: Commands[_Parser]) -> None:
    text = "ask the sources about a query and store the entities that come of it"
    run = _command(commands, "run", "run", text)
    run.add_argument("words", nargs="+", metavar="QUERY", help="the query, or key=value words")
    run.add_argument("--mode", help="replay (the lake), live (the network) or auto")
    _lens_option(run)
    many = run.add_mutually_exclusive_group()
    many.add_argument("--discover", metavar="N", help="look for N things")
    many.add_argument("--one", action="store_true", help="look for one named thing")
    run.add_argument("--budget", metavar="USD", help="US dollars the run may spend")
    where = run.add_mutually_exclusive_group()
    where.add_argument("--box", metavar="S,W,N,E", help="look in this box of degrees")
    where.add_argument("--near", metavar="LAT,LON[,M]", help="look within M metres (1000) of here")
    run.add_argument("--persist", action=argparse.BooleanOptionalAction, default=True,
                     help="store what comes of it (the default)")  # fmt: skip
    _json_option(run)


def _add_lake(commands: Commands[_Parser]) -> None:
    lake = commands.add_parser("lake", help="raw answers: import, list, verify, purge")
    actions = lake.add_subparsers(title="actions", metavar="ACTION", required=True)
    load = _command(actions, "import", "lake_import", "load recorded answers or published dumps")
    load.add_argument("--source", required=True, metavar="NAME", help="whose answers they are")
    load.add_argument(
        "--date", metavar="YYYY-MM-DD", help="when they were fetched (the day they name, else now)"
    )
    load.add_argument("paths", nargs="+", metavar="PATH", help=".json .csv .xml, .gz, .tar.xz")
    _json_option(load)
    _json_option(_command(actions, "ls", "lake_ls", "list what the lake holds"))
    _json_option(_command(actions, "verify", "lake_verify", "recheck every stored hash"))
    text = "remove answers past the time their terms allow, and what was made from them"
    purge = _command(actions, "purge", "lake_purge", text)
    purge.add_argument("--dry-run", action="store_true", help="only tell what would be removed")
    _json_option(purge)


def _add_record(commands: Commands[_Parser]) -> None:
    text = "keep items of an answer in the lake as an example of a lens"
    record = _command(commands, "record", "record", text)
    record.description = _RECORDING
    record.add_argument("--source", required=True, metavar="NAME", help="whose answer")
    where = record.add_mutually_exclusive_group()
    where.add_argument("--payload", metavar="ID", help="this answer (its id: explain SLUG FIELD)")
    where.add_argument("--run", metavar="RUN_ID", help="an answer that this run used")
    what = record.add_mutually_exclusive_group()
    what.add_argument("--item", action="append", metavar="POINTER",
                      help="an item, such as /elements/3; may be repeated")  # fmt: skip
    what.add_argument(
        "--match", metavar="TEXT", help="items whose name holds this, or with this id"
    )
    record.add_argument("--why", required=True, metavar="TEXT", help="what the example shows")
    _lens_option(record)
    _json_option(record)


def _add_rebuild(commands: Commands[_Parser]) -> None:
    rebuild = _command(commands, "rebuild", "rebuild", "make every entity again from the lake")
    _lens_option(rebuild)
    rebuild.add_argument("--as-of", metavar="YYYY-MM-DD", help="as if later payloads were not")
    _json_option(rebuild)


def _add_reading(commands: Commands[_Parser]) -> None:
    explain = _command(commands, "explain", "explain", "who said what, who won, and why")
    explain.add_argument("slug", metavar="SLUG", help="an entity's slug or id")
    explain.add_argument("field", nargs="?", metavar="FIELD", help="one field, or its last part")
    explain.add_argument("--links", action="store_true", help="why its records are one thing")
    explain.add_argument("--raw", action="store_true", help="the text each value came from")
    _lens_option(explain)
    _json_option(explain)
    entities = _command(commands, "entities", "entities", "list the entities of a lens")
    entities.add_argument("--like", metavar="TEXT", help="only names that contain this")
    _lens_option(entities)
    _json_option(entities)
    sql = _command(commands, "sql", "sql", "ask the warehouse in SQL (read-only)")
    sql.add_argument("query", metavar="SELECT", help="one statement")
    _json_option(sql)
    _json_option(_command(commands, "connectors", "connectors", "list the sources there are"))


def _add_lens(commands: Commands[_Parser]) -> None:
    lens = commands.add_parser("lens", help="check a lens")
    actions = lens.add_subparsers(title="actions", metavar="ACTION", required=True)
    check = _command(actions, "check", "lens_check", "run every gate, examples included")
    check.add_argument("name", nargs="?", metavar="ID|PATH", help="a lens id, folder or file")
    _json_option(check)


def _add_export(commands: Commands[_Parser]) -> None:
    export = commands.add_parser("export", help="publish the entities of a lens")
    targets = export.add_subparsers(title="targets", metavar="TARGET", required=True)
    parquet = _command(targets, "parquet", "export_parquet", "write entities as Parquet files")
    parquet.add_argument("--to", metavar="DIR", help="folder (data/export/LENS)")
    parquet.add_argument("--edition", default="all", metavar="NAME", help="licence policy: all")
    _lens_option(parquet)
    _json_option(parquet)
