"""The ledger: what stands in the target beside the data, written in the data's own transaction.

Two tables, `_mulgil_tables` and `_mulgil_commits`; their columns are the fields of `TableEntry` and
`CommitRecord`, in this order. They live for ever: a later format only adds columns. An adapter stores
text as text, numbers as 64-bit integers, instants as integer µs since the epoch in UTC.
"""

from collections.abc import Iterable

import msgspec

from mulgil.data.errors import LedgerConflictError, LedgerFormatError
from mulgil.data.table_spec import TableSpec

LEDGER_FORMAT = 1
TABLES = "_mulgil_tables"
COMMITS = "_mulgil_commits"
# What a staged table, file or folder is called: `<prefix>_<hash of scope>_<fence>`.
STAGE_PREFIX = "_mulgil_stage"


class TableEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A table's row in `_mulgil_tables`.

    `opened` is the highest fence that the target has issued for it. `ordered_until` is the end of the
    last data interval that was applied in a mode that needs them in order, in µs since the epoch.
    """

    table_name: str
    format: int = LEDGER_FORMAT
    opened: int = 0
    partition_by: str | None = None
    grain: str | None = None
    timezone: str | None = None
    ordered_until: int | None = None


class CommitRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A scope's newest commit, one row of `_mulgil_commits`.

    `input_commits` and `checks` are JSON. `checksum` is prefixed by its method, or empty; equal
    checksums of one method mean equal contents.
    """

    table_name: str
    scope: str
    fence: int
    write_id: str
    producer: str
    mode: str
    rows: int
    bytes: int
    checksum: str
    schema_hash: str
    code_version: str
    build_id: str
    input_commits: str
    checks: str
    cursor_before: str | None
    cursor_after: str | None
    committed_at: int


class LedgerView(msgspec.Struct, frozen=True, kw_only=True):
    """What one read of the ledger found; without a ledger everything is empty.

    `commits` are those that were asked for; `highest_fence` is that of all commits of the table.
    """

    entry: TableEntry | None = None
    commits: tuple[CommitRecord, ...] = ()
    highest_fence: int = 0

    def inputs(self, table: str, scopes: Iterable[str]) -> tuple[str, ...]:
        """Name the commits that a reader of these scopes (or of the whole table) sees."""
        found = self.of_scopes(scopes)
        if found and all(found):
            return tuple(f"{table}[{commit.scope}]@{commit.fence}" for commit in found if commit)
        return (f"{table}@{self.highest_fence}",)

    def of_scopes(self, scopes: Iterable[str]) -> tuple[CommitRecord | None, ...]:
        """Return the commit of each scope, in the order of `scopes`."""
        by_scope = {commit.scope: commit for commit in self.commits}
        return tuple(by_scope.get(scope) for scope in scopes)


def next_fence(*, opened: int, highest_committed: int, now_us: int) -> int:
    """Return the fence of a write that opens now.

    Monotone whatever was lost: the counter (a lock file deleted), the ledger's tail (a file restored
    from a copy) or the clock (set back).
    """
    return max(opened + 1, highest_committed + 1, now_us)


def require_same_table(entry: TableEntry | None, spec: TableSpec) -> None:
    """Refuse to write a table that the ledger keeps in another way.

    Raises:
        LedgerFormatError: A newer mulgil wrote the entry.
        LedgerConflictError: Partition column, grain or zone differ from the entry's.
    """
    if entry is None:
        return
    if entry.format > LEDGER_FORMAT:
        raise LedgerFormatError("data.ledger_newer", table=spec.name, found=entry.format, known=LEDGER_FORMAT)
    if entry.partition_by is None or spec.partition_by is None:
        return
    kept = (entry.partition_by.casefold(), entry.grain, entry.timezone)
    declared = (spec.partition_by.casefold(), spec.grain.value, spec.timezone)
    if kept != declared:
        raise LedgerConflictError(
            "data.ledger_conflict",
            table=spec.name,
            kept=_describe(entry.partition_by, entry.grain, entry.timezone),
            declared=_describe(spec.partition_by, spec.grain.value, spec.timezone),
        )


def entry_for(
    spec: TableSpec, *, table_name: str, fence: int, before: TableEntry | None, ordered_until: int | None = None
) -> TableEntry:
    """Return the entry to write with a commit; a partitioning once recorded stays, as does the order."""
    entry = msgspec.structs.replace(
        before or TableEntry(table_name=table_name), opened=max(fence, before.opened if before else 0)
    )
    if ordered_until is not None:
        entry = msgspec.structs.replace(entry, ordered_until=ordered_until)
    if spec.partition_by is None:
        return entry
    return msgspec.structs.replace(
        entry,
        partition_by=spec.partition_by,
        grain=spec.grain.value,
        timezone=spec.timezone,
    )


def _describe(partition_by: str | None, grain: str | None, timezone: str | None) -> str:
    return f"{partition_by} by {grain}" + (f" in {timezone}" if timezone else "")
