"""`dag.test(...)`, and `dag.cli()`: what a dag file does when it is run as a program."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence

from mulgil.config import environment
from mulgil.i18n import MulgilError, Text, render, set_language
from mulgil.inprocess.configuration import GivenConnection
from mulgil.inprocess.console import Console
from mulgil.inprocess.errors import RequestError
from mulgil.inprocess.request import GivenDate
from mulgil.inprocess.result import Result
from mulgil.inprocess.running import Request, run_dag, run_shown, surroundings_for
from mulgil.model import JsonValue
from mulgil.ports import Clock
from mulgil.sdk import DAG
from mulgil.system import SystemClock

_FAILED = 1
_INTERRUPTED = 130


def try_dag(
    dag: DAG,
    date: GivenDate | None = None,
    *,
    start: GivenDate | None = None,
    end: GivenDate | None = None,
    conf: Mapping[str, JsonValue] | None = None,
    tasks: Sequence[str] = (),
    connections: Mapping[str, GivenConnection] | None = None,
    variables: Mapping[str, object] | None = None,
    clock: Clock | None = None,
    wait: bool = False,
    quiet: bool = False,
    debug: bool = False,
) -> Result:
    """Run a dag in this process and return what came of it; see `DAG.test`."""
    console = Console(SystemClock())
    surroundings = surroundings_for(
        connections=connections,
        variables=variables,
        clock=clock,
        waits_for_retries=wait,
        watcher=None if quiet else console,
        debug=debug,
    )
    request = Request(at=date, first=start, last=end, conf=conf, tasks=tasks)
    if quiet:
        return run_dag(dag, request, surroundings)
    return run_shown(dag, request, surroundings, console)


def run_as_program(dag: DAG, arguments: Sequence[str] | None = None) -> int:
    """Run a dag as the command line's arguments ask; print, and return the exit code."""
    set_language(environment.language())
    options = _parser().parse_args(arguments)
    console = Console(SystemClock())
    try:
        surroundings = surroundings_for(
            home=environment.resolve_home(options.home),
            connections=read_connections(options.connection),
            variables=read_pairs(options.variable),
            waits_for_retries=options.wait,
            watcher=console,
            debug=options.pdb,
        )
        request = Request(
            at=options.date, first=options.first, last=options.last, conf=read_conf(options.conf), tasks=options.task
        )
        result = run_shown(dag, request, surroundings, console)
    except MulgilError as error:
        sys.stderr.write(f"{render(Text('cli.error'))} {error}\n")
        return _FAILED
    except KeyboardInterrupt:
        return _INTERRUPTED
    return 0 if result.succeeded else _FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()

    def add(name: str, shape: str, code: str, *, into: str | None = None) -> None:
        parser.add_argument(name, metavar=shape, dest=into, help=render(Text(code)))

    def add_many(name: str, shape: str, code: str) -> None:
        parser.add_argument(name, metavar=shape, action="append", default=[], help=render(Text(code)))

    def add_switch(name: str, code: str) -> None:
        parser.add_argument(name, action="store_true", help=render(Text(code)))

    add("--date", "DATE", "inprocess.help_date")
    add("--from", "DATE", "inprocess.help_from", into="first")
    add("--to", "DATE", "inprocess.help_to", into="last")
    add("--conf", "JSON", "inprocess.help_conf")
    add("--home", "DIR", "inprocess.help_home")
    add_many("--task", "TASK_ID", "inprocess.help_task")
    add_many("--connection", "ID=TYPE:HOST", "inprocess.help_connection")
    add_many("--variable", "KEY=VALUE", "inprocess.help_variable")
    add_switch("--wait", "inprocess.help_wait")
    add_switch("--pdb", "inprocess.help_pdb")
    return parser


def read_conf(text: str | None) -> dict[str, JsonValue]:
    """Return a conf that was written as JSON.

    Raises:
        RequestError: It is no JSON object.
    """
    if text is None:
        return {}
    try:
        conf = json.loads(text)
    except ValueError as error:
        raise RequestError("inprocess.bad_conf", why=str(error)) from None
    if not isinstance(conf, dict):
        raise RequestError("inprocess.bad_conf", why=type(conf).__name__)
    return conf


def read_connections(given: Sequence[str]) -> dict[str, GivenConnection]:
    """Return connections that were written as `ID=TYPE:HOST` or `ID={…}`.

    Raises:
        RequestError: One can't be read.
    """
    found: dict[str, GivenConnection] = {}
    for name, value in read_pairs(given).items():
        if not value.startswith("{"):
            found[name] = value
            continue
        try:
            found[name] = json.loads(value)
        except ValueError as error:
            raise RequestError("inprocess.connection_unreadable", name=name, why=str(error)) from None
    return found


def read_pairs(given: Sequence[str]) -> dict[str, str]:
    """Return what was written as `NAME=VALUE`.

    Raises:
        RequestError: There is no equals sign, or no name.
    """
    pairs: dict[str, str] = {}
    for text in given:
        name, separator, value = text.partition("=")
        if not separator or not name:
            raise RequestError("inprocess.pair_unreadable", value=text)
        pairs[name] = value
    return pairs
