"""Cursors: how far an incremental source was read, kept with the data that was read.

Theory of operation. A source with a cursor is read in windows `(before, until]` of one of its values
(a column such as `updated_at`, or the names of files). Every commit keeps the window that it read, and
the newest one also keeps its end under a scope of its own, `c:<dag>/<task>/<source>`, in the same
transaction as the rows. So a cursor never moves without its rows, nor rows without it.

- A producer (a task and its data interval) that has committed before reads its own window again: a
  re-run replaces what it had added by what the source holds there now, nothing more.
- One that hasn't reads from the cursor to the end there is, and moves it. So does the one that moved
  the cursor last: nobody has read behind it.
- Who moves the cursor publishes only if it stands where it stood at *open*; else it begins anew from
  where it stands now. So two writes never read the same part, whatever their order.
- A table that isn't there has no part that was read: whoever makes it reads from the start, and the
  windows that the ledger kept of the old one go in the same transaction.
- A window says by which cursor it was read. Another cursor's marks mean nothing here: refused.

A row that appears later must have a value above those that are read by then: rows with a value that
equals or is below the cursor are never seen again.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

from mulgil.data.context import WriteContext
from mulgil.data.errors import DeclarationError, LedgerConflictError, SourceShapeError
from mulgil.data.identity import producer
from mulgil.data.ledger import CommitRecord, LedgerView
from mulgil.data.own_columns import WRITE, has_column
from mulgil.data.scope import BeginAnew, Proceed, Verdict, cursor_scope, judge
from mulgil.data.target import Batches, NativeQuery, Opened, Target

if TYPE_CHECKING:
    import pyarrow as pa

CursorValue = str | int | float | Decimal | date | datetime
_LONGEST_FRACTION = 6


class Mark(msgspec.Struct, frozen=True):
    """A place in a source, exactly as it was found there: the kind of the value and the value as text."""

    kind: str
    text: str

    @classmethod
    def of(cls, value: CursorValue) -> "Mark":
        """Return the mark of a value that an author gives."""
        match value:
            case bool():
                raise TypeError(value)
            case int():
                return cls("int", str(value))
            case float():
                return cls("float", repr(value))
            case Decimal():
                return cls("decimal", str(value))
            case datetime():
                instant = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
                return cls("timestamp", instant.isoformat(sep=" ") + ("Z" if value.tzinfo else ""))
            case date():
                return cls("date", value.isoformat())
            case _:
                return cls("text", value)

    @classmethod
    def of_scalar(cls, scalar: "pa.Scalar") -> "Mark":
        """Return the mark of a value in a column, to its last digit."""
        import pyarrow as pa
        import pyarrow.types as kinds

        kind = scalar.type
        if kinds.is_timestamp(kind):
            utc = scalar.cast(pa.timestamp(kind.unit, "UTC")) if kind.tz else scalar
            return cls("timestamp", str(utc.cast(pa.string()).as_py()))
        if kinds.is_date(kind):
            return cls("date", str(scalar.cast(pa.date32()).cast(pa.string()).as_py()))
        names = ((kinds.is_integer, "int"), (kinds.is_decimal, "decimal"), (kinds.is_floating, "float"))
        for is_kind, name in names:
            if is_kind(kind):
                return cls(name, repr(scalar.as_py()) if name == "float" else str(scalar.as_py()))
        return cls("text", str(scalar.as_py()))

    def scalar(self, kind: "pa.DataType") -> "pa.Scalar":
        """Return the value in a column of this type."""
        import pyarrow as pa
        import pyarrow.types as kinds

        if kinds.is_timestamp(kind) and kind.tz and not self.text.endswith("Z"):
            return pa.scalar(self.text).cast(pa.timestamp(kind.unit)).cast(kind)
        if kinds.is_timestamp(kind) and not kind.tz:
            return pa.scalar(self.text.removesuffix("Z")).cast(kind)
        return pa.scalar(self.text).cast(kind)

    @property
    def value(self) -> CursorValue:
        """The value for a query or a function; an instant is cut to µs, which is below it."""
        match self.kind:
            case "int":
                return int(self.text)
            case "float":
                return float(self.text)
            case "decimal":
                return Decimal(self.text)
            case "date":
                return date.fromisoformat(self.text)
            case "timestamp":
                whole, _, fraction = self.text.removesuffix("Z").partition(".")
                instant = datetime.fromisoformat(
                    f"{whole}.{fraction[:_LONGEST_FRACTION].ljust(_LONGEST_FRACTION, '0')}"
                )
                return instant.replace(tzinfo=UTC) if self.text.endswith("Z") else instant
            case _:
                return self.text

    def __str__(self) -> str:
        """Spell it as APIs take it: instants by ISO 8601."""
        return self.text.replace(" ", "T") if self.kind == "timestamp" else self.text


class _End(Mark, frozen=True):
    """The end of a producer's window as the ledger keeps it: with the name of the cursor by which it was read."""

    source: str | None = None


class Cursor(msgspec.Struct, frozen=True):
    """The column by which a source is read on: `Cursor("updated_at", initial=datetime(2026, 1, 1))`.

    Without `initial` the first run reads everything; with it, what lies above.
    """

    column: str
    initial: CursorValue | None = None

    @classmethod
    def read(cls, given: "Cursor | str | None") -> "Cursor | None":
        """Return what an author gives: a column's name stands for its cursor."""
        return cls(given) if isinstance(given, str) else given


@dataclass
class Window:
    """What a reading is to read: above `before` (None = from the start), up to `until` (None = to the end).

    `reached` is what the source sets as it reads: the highest value that came.
    """

    before: Mark | None = None
    until: Mark | None = None
    reached: Mark | None = None

    @property
    def after(self) -> Mark | None:
        """Where the reading ended."""
        return self.until or self.reached or self.before


class CursorMove(msgspec.Struct, frozen=True, kw_only=True):
    """What a commit keeps of its reading; with `scope` it moves the cursor from the commit `seen` of that scope.

    `end` is `after` with the name of the cursor. `is_new`: the table wasn't there.
    """

    before: str
    after: str
    end: str
    scope: str | None
    seen: int | None
    is_new: bool


class IncrementalOrigin(ABC):
    """An origin that is read in windows."""

    initial: Mark | None = None

    @property
    @abstractmethod
    def cursor_name(self) -> str:
        """What tells the source from others of its task."""

    @abstractmethod
    def begin(self, window: Window) -> None:
        """Take the window for the next `open`."""

    @abstractmethod
    def open(self) -> AbstractContextManager[Batches]:
        """Start reading."""


@dataclass(frozen=True)
class Incremental:
    """One round of a write whose source has a cursor."""

    origin: IncrementalOrigin
    scope: str
    window: Window = field(default_factory=Window)
    moves: bool = True
    seen: int | None = None
    is_new: bool = False

    @classmethod
    def of(cls, origin: object, context: WriteContext) -> "Incremental | None":
        """Return the round that begins, or None where there is no cursor."""
        if not isinstance(origin, IncrementalOrigin):
            return None
        return cls(origin, cursor_scope(context.dag_id, context.task_id, origin.cursor_name))

    def opened(self, opened: Opened, scopes: Sequence[str], context: WriteContext, target: Target) -> "Incremental":
        """Decide, by what *open* found, which window is read, and tell the origin."""
        _require_ledger(opened, target, source=self.origin.cursor_name)
        is_new = opened.columns is None
        (cursor,) = opened.ledger.of_scopes([self.scope])
        own = next((record for record in opened.ledger.of_scopes(scopes) if record is not None), None)
        window, moves = _window(cursor, own, self.origin, context, is_new=is_new)
        self.origin.begin(window)
        return replace(self, window=window, moves=moves, seen=cursor.fence if cursor else None, is_new=is_new)

    def move(self) -> CursorMove:
        """Return what the commit keeps, once everything was read."""
        return CursorMove(
            before=_encoded(self.window.before),
            after=_encoded(self.window.after),
            end=_encoded(_end(self.window.after, self.origin.cursor_name)),
            scope=self.scope if self.moves else None,
            seen=self.seen,
            is_new=self.is_new,
        )


def _window(
    cursor: CommitRecord | None,
    own: CommitRecord | None,
    origin: IncrementalOrigin,
    context: WriteContext,
    *,
    is_new: bool,
) -> tuple[Window, bool]:
    """Return the window to read, and whether the cursor moves to its end.

    Raises:
        DeclarationError: The producer committed before without a cursor, so nobody knows what it had read;
            or with another one.
    """
    initial, name = origin.initial, origin.cursor_name
    if is_new or (cursor is None and own is None):
        # A table that somebody dropped is filled again from the start.
        return Window(before=initial), True
    if own is not None and own.cursor_before is None:
        raise DeclarationError("data.cursor_unknown", table=own.table_name, source=name)
    if own is None or _decoded(own.cursor_after) is None:
        # One that found a source without any row has no part of its own.
        return Window(before=(_decoded(cursor.cursor_after) if cursor else None) or initial), True
    _require_same_cursor(own, name)
    if cursor is not None and cursor.producer == producer(context):
        return Window(before=_decoded(own.cursor_before)), True
    return Window(before=_decoded(own.cursor_before), until=_decoded(own.cursor_after)), False


def _require_same_cursor(own: CommitRecord, name: str) -> None:
    end = None if own.cursor_after is None else msgspec.json.decode(own.cursor_after, type=_End | None)
    if end is not None and end.source is not None and end.source != name:
        raise DeclarationError("data.cursor_changed", table=own.table_name, source=name, before=end.source)


def _require_ledger(opened: Opened, target: Target, *, source: str) -> None:
    """Refuse a table with rows that producers added and no ledger knows: they would be added again.

    Raises:
        LedgerConflictError: It is one.
    """
    if opened.columns is None or opened.ledger.highest_fence or not has_column(opened.columns, WRITE.name):
        return
    dialect = target.dialect
    column = dialect.identifier(WRITE.name)
    where = f"FROM {dialect.qualified(opened.table_name)} WHERE {column} IS NOT NULL LIMIT 1"
    with target.read(NativeQuery(sql=f"SELECT {column} {where}")) as found:
        if any(batch.num_rows for batch in found.batches):
            raise LedgerConflictError("data.ledger_lost", table=opened.table_name, source=source)


def judge_with_cursor(scopes: Sequence[str], fence: int, ledger: LedgerView, move: CursorMove | None) -> Verdict:
    """Say what a write must do, given the ledger under its lock; a cursor that moved since *open* begins anew."""
    if move is None:
        return judge(scopes, fence, ledger.commits)
    if move.scope is None:
        verdict = judge(scopes, fence, ledger.commits)
        # Its own window went with a table that was dropped and made anew.
        is_gone = isinstance(verdict, Proceed) and not all(ledger.of_scopes(scopes))
        return BeginAnew(fence) if is_gone else verdict
    verdict = judge((*scopes, move.scope), fence, ledger.commits)
    (now,) = ledger.of_scopes([move.scope])
    if isinstance(verdict, Proceed) and (now.fence if now else None) != move.seen:
        return BeginAnew(now.fence if now else fence)
    return verdict


def moved(records: tuple[CommitRecord, ...], move: CursorMove | None) -> tuple[CommitRecord, ...]:
    """Return a write's records with its window, and with the record of the cursor if it moves."""
    if move is None:
        return records
    kept = tuple(
        msgspec.structs.replace(record, cursor_before=move.before, cursor_after=move.end) for record in records
    )
    if move.scope is None:
        return kept
    mark = msgspec.structs.replace(
        kept[0], scope=move.scope, rows=0, bytes=0, checksum="", checks="[]", cursor_after=move.after
    )
    return (*kept, mark)


def tracked(batches: Batches, column: str, window: Window, *, source: str) -> "Iterator[pa.RecordBatch]":
    """Pass on the rows within the window, and note the highest value that came.

    Raises:
        SourceShapeError: The column isn't there, or has a NULL or NaN, which is in no window.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if column not in batches.schema.names:
        raise SourceShapeError(
            "data.cursor_column", source=source, column=column, columns=", ".join(batches.schema.names)
        )
    done = 0
    for batch in batches.batches:
        if not batch.num_rows:
            # A column without values may be without a type.
            continue
        values = batch.column(column)
        is_missing = pc.is_null(values, nan_is_null=True)
        if pc.any(is_missing).as_py():
            row = done + pc.index(is_missing, pa.scalar(value=True)).as_py() + 1
            raise SourceShapeError("data.cursor_null", source=source, column=column, row=row)
        done += batch.num_rows
        kept = _within(batch, values, window, source=source, column=column)
        if kept.num_rows:
            _note(window, pc.max(kept.column(column)))
            yield kept


def _within(
    batch: "pa.RecordBatch", values: "pa.Array", window: Window, *, source: str, column: str
) -> "pa.RecordBatch":
    import pyarrow as pa
    import pyarrow.compute as pc

    for mark, compare in ((window.before, pc.greater), (window.until, pc.less_equal)):
        if mark is None:
            continue
        try:
            inside = compare(values, mark.scalar(values.type))
        except pa.ArrowException as error:
            raise SourceShapeError(
                "data.cursor_type", source=source, column=column, type=str(values.type), mark=str(mark)
            ) from error
        if not pc.all(inside).as_py():
            batch = batch.filter(inside)
            values = values.filter(inside)
    return batch


def _note(window: Window, highest: "pa.Scalar") -> None:
    import pyarrow.compute as pc

    known = window.reached
    if known is None or pc.greater(highest, known.scalar(highest.type)).as_py():
        window.reached = Mark.of_scalar(highest)


def _end(mark: Mark | None, source: str) -> _End | None:
    return None if mark is None else _End(kind=mark.kind, text=mark.text, source=source)


def _encoded(mark: Mark | None) -> str:
    """Return a mark for the ledger, where NULL says that there was no cursor at all."""
    return msgspec.json.encode(mark).decode()


def _decoded(text: str | None) -> Mark | None:
    return None if text is None else msgspec.json.decode(text, type=Mark | None)
