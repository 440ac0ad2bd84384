"""`mulgil assets …`."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import click
import msgspec

from mulgil.cli._output import Cell, Record, output_option, show_record, show_records
from mulgil.cli._partitions import partition_picture
from mulgil.cli.errors import ArgumentError
from mulgil.cli.session import Session
from mulgil.i18n import MulgilError, Text, nearest_name, render
from mulgil.ports import AssetSummary, NewAssetCommit

if TYPE_CHECKING:
    from mulgil.cli._targets import HomeSurroundings
    from mulgil.operations.reconcile import Repair

# The exit code of a command that couldn't look at everything.
EXIT_FAILED = 1
_PARTITION, _CURSOR = "p:", "c:"
# Of commits in these modes, rows say what was written, not what the table holds.
_KEYED = frozenset({"merge", "insert_only", "scd2"})
_ALL = 1_000_000_000


class _Check(msgspec.Struct):
    """A check's result, as the ledger keeps it."""

    name: str
    severity: str
    passed: bool
    failing: int = 0


class _Record(msgspec.Struct):
    checks: str = "[]"


@click.group(help=render(Text("assets.help")))
def assets() -> None:
    """Commands on tables that dags read and write."""


@assets.command("list", help=render(Text("assets.help_list")))
@output_option
@click.pass_obj
def list_assets(session: Session, output: str) -> None:
    """List every table."""
    now = _now()
    rows: list[Record] = [_row(asset, now) for asset in session.control.assets()]
    show_records(rows, output=output, empty=Text("assets.none"))
    if output == "table" and any(row["committed_at"] is None and row["writers"] for row in rows):
        click.echo(render(Text("assets.no_copies")), err=True)


def _row(asset: AssetSummary, now: datetime) -> dict[str, Cell]:
    newest = _newest(asset)
    committed_at = newest.commit.committed_at if newest else None
    return {
        "name": asset.name,
        "connection": asset.connection_id,
        "rows": _rows(asset),
        "partitions": len(_partitions(asset)) or None,
        "stale": len(asset.stale_scopes) or None,
        "committed_at": committed_at,
        "age": now - committed_at if committed_at else None,
        "producer": f"{newest.dag_id}.{newest.task_id}" if newest else None,
        "writers": asset.writers,
        "readers": asset.readers,
    }


@assets.command(help=render(Text("assets.help_show")))
@click.argument("name")
@output_option
@click.pass_obj
def show(session: Session, name: str, output: str) -> None:
    """Show a table: columns, partitions, who writes and reads it, what its last commit's checks found."""
    from mulgil.cli._targets import HomeSurroundings

    asset = _named(session, name)
    newest = _newest(asset)
    kept, columns = _look(asset, HomeSurroundings(session))
    checks = _checks(newest)
    partitions = _partitions(asset)
    stale = [scope.removeprefix(_PARTITION) for scope in asset.stale_scopes if scope.startswith(_PARTITION)]
    record: dict[str, Cell] = _row(asset, _now())
    users = {key: record.pop(key) for key in ("writers", "readers")}
    record |= {
        "table": asset.table_name,
        "mode": newest.commit.mode if newest else None,
        "fence": newest.commit.fence if newest else None,
        **kept,
        **users,
    }
    if output != "table":
        more: Record = {"columns": columns, "checks": checks, "partition_keys": partitions, "stale_partitions": stale}
        show_record({**record, **more}, output=output)
        return
    show_record(record, output=output)
    for lines in (columns, checks):
        if lines:
            click.echo()
            show_records(lines, output=output)
    picture = partition_picture(partitions, stale)
    if picture:
        click.echo("\n" + "\n".join(picture))


def _look(asset: AssetSummary, surroundings: "HomeSurroundings") -> tuple[Record, list[Record]]:
    """Return what the target says of a table; that it can't be asked is told, and no reason to show nothing."""
    try:
        target = surroundings.target(asset.connection_id)
        entry = target.read_ledger(asset.name, ()).entry
        found = target.columns(asset.name) or ()
    except MulgilError as error:
        click.echo(
            render(Text("assets.target_unread", {"connection": asset.connection_id, "why": str(error)})), err=True
        )
        return {}, []
    kept: Record = {
        "partition_by": entry.partition_by if entry else None,
        "grain": entry.grain if entry else None,
        "timezone": entry.timezone if entry else None,
    }
    return kept, [{"column": column.name, "type": column.type} for column in found]


def _checks(newest: NewAssetCommit | None) -> list[Record]:
    if newest is None:
        return []
    try:
        record = msgspec.json.decode(newest.commit.record, type=_Record)
        checks = msgspec.json.decode(record.checks, type=list[_Check])
    except msgspec.DecodeError:
        return []
    return [
        {"check": check.name, "severity": check.severity, "passed": check.passed, "failing": check.failing}
        for check in checks
    ]


@assets.command(help=render(Text("assets.help_commits")))
@click.argument("name")
@click.option(
    "--limit", type=click.IntRange(min=1), default=50, show_default=True, help=render(Text("assets.help_limit"))
)
@output_option
@click.pass_obj
def commits(session: Session, *, name: str, limit: int, output: str) -> None:
    """List a table's commits, newest first."""
    asset = _named(session, name)
    found = session.control.table_commits(asset.connection_id, asset.table_name or asset.name, limit=limit)
    rows: list[Record] = [
        {
            "committed_at": new.commit.committed_at,
            "scope": new.commit.scope,
            "rows": new.commit.rows,
            "mode": new.commit.mode,
            "fence": new.commit.fence,
            "task": f"{new.dag_id}.{new.task_id}",
            "run_id": new.run_id or None,
            "superseded_by": new.commit.superseded_by,
            "write_id": new.commit.write_id,
        }
        for new in found
    ]
    show_records(rows, output=output, empty=Text("assets.no_commits", {"name": asset.name}))


@assets.command(help=render(Text("assets.help_reconcile")))
@click.argument("names", nargs=-1)
@click.option("--dry-run", is_flag=True, help=render(Text("assets.help_reconcile_dry_run")))
@output_option
@click.pass_obj
def reconcile(session: Session, *, names: tuple[str, ...], dry_run: bool, output: str) -> int:
    """Compare the copies of tables' commits with their ledgers, which win; 1 if a ledger couldn't be read."""
    from mulgil.cli._targets import HomeSurroundings

    surroundings = HomeSurroundings(session)
    wanted = [_named(session, name) for name in names] or list(session.control.assets())
    rows: list[Record] = []
    has_failed = False
    for asset in wanted:
        try:
            repairs = _compare(session, asset, surroundings)
        except MulgilError as error:
            has_failed = True
            _tell_unread(asset.connection_id, error)
            continue
        if repairs and not dry_run:
            session.control.repair_commits([repair.commit for repair in repairs])
        rows += _repair_rows(asset, repairs, is_done=not dry_run)
    show_records(rows, output=output, empty=Text("assets.nothing_differs", {"tables": len(wanted)}))
    return EXIT_FAILED if has_failed else 0


def _compare(session: Session, asset: AssetSummary, surroundings: "HomeSurroundings") -> "tuple[Repair, ...]":
    from mulgil.data.write_operator import asset_commit
    from mulgil.operations.reconcile import compare_commits

    records = surroundings.target(asset.connection_id).read_ledger(asset.table_name or asset.name).commits
    table_name = asset.table_name or (records[0].table_name if records else asset.name)
    copies = session.control.table_commits(asset.connection_id, table_name, limit=_ALL)
    return compare_commits(copies, [asset_commit(asset.connection_id, record) for record in records])


def _repair_rows(asset: AssetSummary, repairs: "tuple[Repair, ...]", *, is_done: bool) -> Iterator[Record]:
    for repair in repairs:
        yield {
            "name": asset.name,
            "connection": asset.connection_id,
            "scope": repair.scope,
            "difference": repair.difference,
            "copied_fence": repair.copied_fence,
            "ledger_fence": repair.fence,
            "rows": repair.commit.commit.rows,
            "repaired": is_done,
        }


@assets.command(help=render(Text("assets.help_gc")))
@click.option("--dry-run", is_flag=True, help=render(Text("assets.help_gc_dry_run")))
@output_option
@click.pass_obj
def gc(session: Session, *, dry_run: bool, output: str) -> int:
    """Remove what dead writers left; 1 if a target couldn't be looked at."""
    from mulgil.cli._targets import HomeSurroundings
    from mulgil.data.connector import target_types

    surroundings = HomeSurroundings(session)
    rows: list[Record] = []
    has_failed = False
    for connection in session.control.connections():
        if connection.conn_type not in target_types():
            continue
        click.echo(render(Text("assets.looking", {"connection": connection.connection_id})), err=True)
        try:
            rows += _collect(connection.connection_id, surroundings, is_dry=dry_run)
        except MulgilError as error:
            has_failed = True
            _tell_unread(connection.connection_id, error)
    show_records(rows, output=output, empty=Text("assets.no_garbage"))
    return EXIT_FAILED if has_failed else 0


def _collect(connection_id: str, surroundings: "HomeSurroundings", *, is_dry: bool) -> Iterator[Record]:
    target = surroundings.target(connection_id)
    for stage in target.dead_stages():
        if not is_dry:
            target.remove_stage(stage)
        yield {"connection": connection_id, "stage": stage, "removed": not is_dry}


def _tell_unread(connection_id: str, error: MulgilError) -> None:
    click.echo(render(Text("assets.target_unread", {"connection": connection_id, "why": str(error)})), err=True)


def _named(session: Session, name: str) -> AssetSummary:
    """Return the table that is meant: by its name, by the ledger's, or as `connection/name`.

    Raises:
        ArgumentError: There is none, or more than one.
    """
    known = session.control.assets()
    found = [asset for asset in known if name in _names(asset)]
    if len(found) == 1:
        return found[0]
    if found:
        listed = ", ".join(f"{asset.connection_id}/{asset.name}" for asset in found)
        raise ArgumentError("assets.ambiguous", name=name, found=listed)
    nearest = nearest_name(name, (asset.name for asset in known))
    if nearest is None:
        raise ArgumentError("assets.unknown", name=name)
    raise ArgumentError("assets.misspelt", name=name, nearest=nearest)


def _names(asset: AssetSummary) -> tuple[str, ...]:
    own = (asset.name, *([asset.table_name] if asset.table_name else []))
    return (*own, *(f"{asset.connection_id}/{name}" for name in own))


def _newest(asset: AssetSummary) -> NewAssetCommit | None:
    data = (new for new in asset.standing if not new.commit.scope.startswith(_CURSOR))
    return max(data, key=lambda new: new.commit.fence, default=None)


def _rows(asset: AssetSummary) -> int | None:
    data = [new.commit for new in asset.standing if not new.commit.scope.startswith(_CURSOR)]
    if not data or any(commit.mode in _KEYED for commit in data):
        return None
    return sum(commit.rows for commit in data)


def _partitions(asset: AssetSummary) -> list[str]:
    scopes = (new.commit.scope for new in asset.standing)
    return [scope.removeprefix(_PARTITION) for scope in scopes if scope.startswith(_PARTITION)]


def _now() -> datetime:
    from mulgil.system import SystemClock

    return SystemClock().now()
