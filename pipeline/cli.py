"""The command line: what there is to ask for, and which module answers.

Heavy libraries are imported by the command that needs them, so that `--help` is instant.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from pipeline import __version__
from pipeline.errors import INTERRUPTED, SightlineError

_RUN_EPILOG = """\
words may be given as key=value: run query="Powerleague Portobello" mode=live

examples:
  sightline run "Powerleague Portobello"
  sightline run "padel edinburgh" --discover 10 --json
  sightline run "leisure centre leith" --no-persist
"""
_EPILOG = """\
start here:
  sightline run "Powerleague Portobello"       ask the committed sample lake
  sightline explain powerleague-portobello     who said what, who won, and why
  sightline entities                           what the warehouse holds

exit codes: 0 fine, 2 usage, 10 settings or lens, 11 lake, 12 SQL step, 13 check,
14 every connector failed, 16 warehouse or publication, 130 interrupted
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; errors a user can meet become one message and an exit code."""
    arguments = build_parser().parse_args(argv)
    from pipeline import logs  # after parsing: --help needs none of it

    logs.configure(arguments.log_level)
    try:
        command = import_module(f"pipeline.commands.{arguments.module}")
        return int(command.execute(arguments) or 0)
    except SightlineError as error:
        print(f"sightline: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("sightline: interrupted; what was finished is kept", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        return 0


def build_parser() -> argparse.ArgumentParser:
    """Every command with its options."""
    parser = argparse.ArgumentParser(
        prog="sightline",
        description="Many imperfect sources in, one trusted and explained record out.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"sightline {__version__}")
    parser.add_argument(
        "--log-level",
        default="error",
        choices=["debug", "info", "warning", "error"],
        help="structured logs on standard error (default: error)",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_run(commands)
    _add_lake(commands)
    _add_rebuild(commands)
    _add_reading(commands)
    _add_lens(commands)
    _add_export(commands)
    return parser


Commands = argparse._SubParsersAction  # argparse offers no public name


def _command(
    commands: Commands[argparse.ArgumentParser],
    name: str,
    module: str,
    text: str,
    epilog: str = "",
) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        name,
        help=text,
        description=text[0].upper() + text[1:] + ".",
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(module=module)
    return parser


def _lens_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--lens", metavar="ID", help="lens (default: SIGHTLINE_LENS, app.yaml)")


def _json_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")


def _add_run(commands: Commands[argparse.ArgumentParser]) -> None:
    text = "ask the sources about a query and store the entities that come of it"
    run = _command(commands, "run", "run", text, _RUN_EPILOG)
    run.add_argument("words", nargs="+", metavar="QUERY", help="the query, or key=value words")
    run.add_argument("--mode", help="replay (the lake), live (the network) or auto")
    _lens_option(run)
    many = run.add_mutually_exclusive_group()
    many.add_argument("--discover", type=int, metavar="N", help="look for N things")
    many.add_argument("--one", action="store_true", help="look for one named thing")
    run.add_argument("--budget", metavar="USD", help="US dollars the run may spend")
    run.add_argument("--persist", action=argparse.BooleanOptionalAction, default=True,
                     help="store what comes of it (the default)")  # fmt: skip
    _json_option(run)


def _add_lake(commands: Commands[argparse.ArgumentParser]) -> None:
    lake = commands.add_parser("lake", help="raw answers: import, list, verify")
    actions = lake.add_subparsers(title="actions", metavar="ACTION", required=True)
    load = _command(
        actions, "import", "lake_import", "load recorded answers or published dumps",
        "example:\n  sightline lake import --source openstreetmap answer.json dump.json.gz\n",
    )  # fmt: skip
    load.add_argument("--source", required=True, metavar="NAME", help="whose answers they are")
    load.add_argument("--date", metavar="YYYY-MM-DD", help="when they were fetched (now)")
    load.add_argument("paths", nargs="+", metavar="PATH", help=".json .csv .xml, .gz, .tar.xz")
    _json_option(load)
    _json_option(_command(actions, "ls", "lake_ls", "list what the lake holds"))
    _json_option(_command(actions, "verify", "lake_verify", "recheck every stored hash"))


def _add_rebuild(commands: Commands[argparse.ArgumentParser]) -> None:
    rebuild = _command(commands, "rebuild", "rebuild", "make every entity again from the lake")
    _lens_option(rebuild)
    rebuild.add_argument("--as-of", metavar="YYYY-MM-DD", help="as if later payloads were not")
    _json_option(rebuild)


def _add_reading(commands: Commands[argparse.ArgumentParser]) -> None:
    explain = _command(commands, "explain", "explain", "who said what, who won, and why",
                       "example:\n  sightline explain powerleague-portobello phone\n")  # fmt: skip
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
    sql = _command(commands, "sql", "sql", "ask the warehouse in SQL (read-only)",
                   'example:\n  sightline sql "SELECT slug, phone FROM entity"\n')  # fmt: skip
    sql.add_argument("query", metavar="SELECT", help="one statement")
    _json_option(sql)
    _json_option(_command(commands, "connectors", "connectors", "list the sources there are"))


def _add_lens(commands: Commands[argparse.ArgumentParser]) -> None:
    lens = commands.add_parser("lens", help="check a lens")
    actions = lens.add_subparsers(title="actions", metavar="ACTION", required=True)
    check = _command(actions, "check", "lens_check", "run every gate, examples included")
    check.add_argument("name", nargs="?", metavar="ID|PATH", help="a lens id, folder or file")
    _json_option(check)


def _add_export(commands: Commands[argparse.ArgumentParser]) -> None:
    export = commands.add_parser("export", help="publish the entities of a lens")
    targets = export.add_subparsers(title="targets", metavar="TARGET", required=True)
    parquet = _command(targets, "parquet", "export_parquet", "write entities as Parquet files")
    parquet.add_argument("--to", metavar="DIR", help="folder (data/export/LENS)")
    parquet.add_argument("--edition", default="all", metavar="NAME", help="licence policy: all")
    _lens_option(parquet)
    _json_option(parquet)
