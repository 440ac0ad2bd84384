"""Rows that Python code has, as Arrow batches: frames by the Arrow interface, dicts and objects by columns.

Data frames of any library (and Arrow's own tables) come through the Arrow PyCapsule interface, whole
columns at a time; we import none of those libraries. Dicts, dataclasses, structs and tuples are turned
a chunk at a time; a value that doesn't fit its column is found by halving.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, cast

import msgspec

from mulgil.data.errors import SourceShapeError
from mulgil.data.exact_values import Loss, frame_loss, loss_in
from mulgil.data.reject import BadRows
from mulgil.data.target import Batches

if TYPE_CHECKING:
    import pyarrow as pa

_CHUNK_ROWS = 10_000
_LONGEST_SHOWN = 80
# What a frame calls an index that nobody has named: the numbers of its rows, which are no data.
_UNNAMED_INDEX = re.compile(r"__index_level_\d+__")


class Form(msgspec.Struct, frozen=True):
    """What is known of the rows beforehand: what they are called in errors, and declared columns."""

    shown_as: str
    declared: "pa.Schema | None" = None


def is_rows(value: object) -> bool:
    """Whether `value` is something that rows can be taken from, as often as one likes."""
    if isinstance(value, str | bytes | Mapping | Iterator):
        return False
    return _is_frame(value) or isinstance(value, Sequence | set | frozenset)


def batches_of(rows: object, form: Form, bad_rows: BadRows) -> Batches:
    """Return the rows of a frame, of an iterable of frames, or of an iterable of rows.

    Raises:
        SourceShapeError: There are no rows in such a thing; here or, naming row and column, from the batches.
    """
    import pyarrow as pa

    if _is_frame(rows):
        return _frames(iter([rows]), form)
    if isinstance(rows, str | bytes | Mapping) or not isinstance(rows, Iterable):
        raise SourceShapeError("data.rows_none", source=form.shown_as, kind=type(rows).__name__)
    items = iter(rows)
    first = next(items, None)
    if first is None:
        # Without rows there may be no columns either; the table says then which there are.
        return Batches(form.declared if form.declared is not None else pa.schema([]), iter(()), total=0)
    items = chain([first], items)
    total = len(rows) if isinstance(rows, Sequence) else None
    return _frames(items, form) if _is_frame(first) else _Chunks(items, form, bad_rows).batches(total)


def _is_frame(value: object) -> bool:
    return hasattr(value, "__arrow_c_stream__") or hasattr(value, "__arrow_c_array__")


def _frames(frames: Iterator[object], form: Form) -> Batches:
    """Return the rows of frames, which all have the columns of the first, or those that are declared."""
    first = _reader(next(frames), form)
    schema = form.declared if form.declared is not None else _data_of(first.schema)

    def batches() -> "Iterator[pa.RecordBatch]":
        yield from _fitted(first, schema, form)
        for frame in frames:
            reader = _reader(frame, form)
            more = [field.name for field in _data_of(reader.schema) if field.name not in schema.names]
            if form.declared is None and more:
                raise SourceShapeError("data.rows_field", source=form.shown_as, row=1, column=more[0])
            yield from _fitted(reader, schema, form)

    return Batches(schema, batches())


def _reader(frame: object, form: Form) -> "pa.RecordBatchReader":
    import pyarrow as pa

    try:
        if hasattr(frame, "__arrow_c_stream__"):
            reader = pa.RecordBatchReader.from_stream(frame)
        else:
            batch = pa.record_batch(frame)
            reader = pa.RecordBatchReader.from_batches(batch.schema, [batch])
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise SourceShapeError("data.rows_frame", source=form.shown_as, detail=str(error)) from error
    names = getattr(getattr(frame, "index", None), "names", None) or ()
    for name in names:
        # A frame may leave its index out of what it gives to Arrow; one with a name is data.
        if name is not None and name not in reader.schema.names:
            raise SourceShapeError("data.rows_index", source=form.shown_as, name=str(name))
    return reader


def _data_of(schema: "pa.Schema") -> "pa.Schema":
    import pyarrow as pa

    return pa.schema([field for field in schema if not _UNNAMED_INDEX.fullmatch(field.name)])


def _fitted(reader: "pa.RecordBatchReader", schema: "pa.Schema", form: Form) -> "Iterator[pa.RecordBatch]":
    import pyarrow as pa

    missing = [name for name in schema.names if name not in reader.schema.names]
    if missing:
        raise SourceShapeError(
            "data.rows_column", source=form.shown_as, column=missing[0], columns=", ".join(reader.schema.names)
        )
    done = 0
    try:
        for batch in reader:
            chosen = batch.select(schema.names)
            if chosen.schema != schema:
                _refuse_loss(chosen, schema, form, done=done)
                chosen = chosen.cast(schema)
            done += batch.num_rows
            yield chosen
    except (pa.ArrowException, ValueError) as error:
        raise SourceShapeError("data.rows_frame", source=form.shown_as, detail=str(error)) from error


def _refuse_loss(batch: "pa.RecordBatch", schema: "pa.Schema", form: Form, *, done: int) -> None:
    """Refuse a batch of which a cast would change values; `done` rows of its frame came before."""
    for field in schema:
        lost = frame_loss(batch.column(field.name), field.type)
        if lost is None:
            continue
        at, detail = lost
        row = "" if at is None else f"row {done + at + 1}, "
        raise SourceShapeError("data.rows_frame", source=form.shown_as, detail=f"{row}column {field.name!r}: {detail}")


class _Chunks:
    """Rows that are dicts, objects with fields, or tuples, turned into batches of one schema."""

    def __init__(self, rows: Iterator[object], form: Form, bad_rows: BadRows) -> None:
        self._rows = rows
        self._form = form
        self._bad_rows = bad_rows
        self._schema = form.declared
        self._done = 0

    def batches(self, total: int | None) -> Batches:
        """Return the batches; the first chunk decides the columns that aren't declared."""
        first = self._next()
        if self._schema is None:
            raise AssertionError(first)
        return Batches(self._schema, self._all(first), total=total)

    def _all(self, first: "pa.RecordBatch | None") -> "Iterator[pa.RecordBatch]":
        batch = first
        while batch is not None:
            yield batch
            batch = self._next()

    def _next(self) -> "pa.RecordBatch | None":
        chunk = list(islice(self._rows, _CHUNK_ROWS))
        if not chunk:
            return None
        dicts = self._as_dicts(chunk)
        if self._schema is None:
            self._schema = self._inferred(dicts)
        elif self._done == 0:
            self._require_columns(dicts)
        batch = self._batch(dicts)
        self._done += len(chunk)
        return batch

    def _as_dicts(self, chunk: list[object]) -> list[Mapping[str, object] | None]:
        """Return each row as a dict; None for what is no row."""
        found: list[Mapping[str, object] | None] = []
        for at, row in enumerate(chunk):
            taken = row if isinstance(row, Mapping) else self._fields(row)
            if taken is None:
                self._refuse(at, "", f"{type(row).__name__} is no row", row)
            found.append(taken)
        return found

    def _fields(self, row: object) -> Mapping[str, object] | None:
        names = _names_of(row)
        if names is not None:
            return {name: getattr(row, name) for name in names}
        declared = self._form.declared
        if isinstance(row, tuple | list) and declared is not None and len(row) == len(declared):
            return dict(zip(declared.names, row, strict=True))
        return None

    def _require_columns(self, rows: "list[Mapping[str, object] | None]") -> None:
        """Refuse a declared column that no row of the first chunk has: its name is wrong, or the rows are."""
        there = dict.fromkeys(str(name) for row in rows for name in row or ())
        missing = [name for name in cast("pa.Schema", self._schema).names if name not in there]
        if missing and there:
            raise SourceShapeError(
                "data.rows_column", source=self._form.shown_as, column=missing[0], columns=", ".join(there)
            )

    def _inferred(self, rows: "list[Mapping[str, object] | None]") -> "pa.Schema":
        import pyarrow as pa

        columns: dict[str, list[object]] = {}
        for row in rows:
            columns |= {name: [] for name in row or () if name not in columns}
        kinds = []
        for name in columns:
            values = [row.get(name) for row in rows if row is not None]
            kinds.append((str(name), _kind_of(values)))
        return pa.schema(kinds)

    def _batch(self, rows: "list[Mapping[str, object] | None]") -> "pa.RecordBatch":
        import pyarrow as pa

        schema = cast("pa.Schema", self._schema)
        names = set(schema.names)
        wrong: dict[int, tuple[str, str]] = {}
        if self._form.declared is None:
            for at, row in enumerate(rows):
                if row is not None and not row.keys() <= names:
                    column = next(str(name) for name in row if name not in names)
                    wrong[at] = (column, f"the rows before it have no {column!r}")
        arrays = []
        is_declared = self._form.declared is not None
        for field in schema:
            values = [None if row is None else row.get(field.name) for row in rows]
            loss = loss_in(field.type, is_declared=is_declared)
            array, bad = _array(values, field.type, loss)
            arrays.append(array)
            for at in bad:
                wrong.setdefault(at, (field.name, _misfit(values[at], field.type, loss)))
        for at in sorted(wrong):
            self._refuse(at, *wrong[at], rows[at])
        batch = pa.RecordBatch.from_arrays(arrays, schema=schema)
        good = [at not in wrong and row is not None for at, row in enumerate(rows)]
        return batch if all(good) else batch.filter(pa.array(good))

    def _refuse(self, at: int, column: str, detail: str, row: object) -> None:
        where: dict[str, str | int] = {"source": self._form.shown_as, "row": self._done + at + 1, "detail": detail}
        error = (
            SourceShapeError("data.rows_value", column=column, **where)
            if column
            else SourceShapeError("data.rows_row", **where)
        )
        raw = row if isinstance(row, Mapping) else repr(row)
        self._bad_rows.add(error, source=self._form.shown_as, line=self._done + at + 1, column=column or None, raw=raw)


def _names_of(row: object) -> Sequence[str] | None:
    """Return the names of a row's fields, if it is an object that has such."""
    if is_dataclass(row):
        return [field.name for field in fields(row)]
    if isinstance(row, msgspec.Struct):
        return row.__struct_fields__
    names = getattr(row, "_fields", None)
    return names if isinstance(row, tuple) and isinstance(names, tuple) else None


def _misfit(value: object, kind: "pa.DataType", loss: Loss | None) -> str:
    import pyarrow as pa

    shown = repr(value)[:_LONGEST_SHOWN]
    if pa.types.is_null(kind):
        return f"nothing says which type {shown} ({type(value).__name__}) has"
    why = loss(value) if loss is not None else ""
    return f"{shown} is no {kind}: {why}" if why else f"{shown} is no {kind}"


def _kind_of(values: list[object]) -> "pa.DataType":
    """Return the type of the longest run of values from the start that has one."""
    import pyarrow as pa

    low, high, found = 0, len(values), pa.null()
    middle = high
    while low < high:
        try:
            found, low = pa.array(values[:middle]).type, middle
        except (pa.ArrowException, OverflowError, TypeError, ValueError):
            high = middle - 1
        middle = (low + high + 1) // 2
    return found


def _array(values: list[object], kind: "pa.DataType", loss: Loss | None) -> "tuple[pa.Array, list[int]]":
    """Return a column, and where its values are none (they are NULL in it)."""
    import pyarrow as pa

    try:
        return _strict(values, kind, loss), []
    except (pa.ArrowException, OverflowError, TypeError, ValueError):
        if len(values) == 1:
            return pa.nulls(1, kind), [0]
    middle = len(values) // 2
    first, wrong = _array(values[:middle], kind, loss)
    second, more = _array(values[middle:], kind, loss)
    return pa.concat_arrays([first, second]), [*wrong, *(middle + at for at in more)]


def _strict(values: list[object], kind: "pa.DataType", loss: Loss | None) -> "pa.Array":
    """Return a column of values that are of its kind already: Arrow takes True for 1 where a number is due."""
    import pyarrow as pa

    numeric = pa.types.is_integer(kind) or pa.types.is_floating(kind)
    if numeric and any(value is True or value is False for value in values):
        raise TypeError(kind)
    if loss is not None and any(map(loss, values)):
        raise ValueError(kind)
    return pa.array(values, kind)
