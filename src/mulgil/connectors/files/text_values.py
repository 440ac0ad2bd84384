"""Columns of text, still as bytes, as columns of their declared types; and the values that are none."""

import re
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    import pyarrow as pa

_INFINITY = r"(?i)^\s*[+-]?inf(inity)?\s*$"
# A number with zeros before it is rather a code.
_ZEROS = r"^\s*[+-]?0[0-9]"
_WHOLE = r"^\s*[+-]?[0-9]+\s*$"
# What may have more digits than a float keeps; read on in Python, because few are.
_LONG = r"^\s*[+-]?[0-9]{16,}\s*$|[0-9][0-9.]{18}"
# As many digits as a float can need to be told from its neighbours.
_FLOAT_DIGITS = 17


class BadValue(msgspec.Struct, frozen=True):
    """A text that is no value of its column: the row's place in the batch, and the text."""

    index: int
    column: str
    type: str
    value: bytes


def typed(
    batch: "pa.RecordBatch", schema: "pa.Schema", *, finds_all: bool, is_inferred: bool = False
) -> "tuple[pa.RecordBatch, list[BadValue]]":
    """Return the rows of a batch of texts that fit `schema`, and what doesn't.

    Where the schema `is_inferred`, a number that is not what is written doesn't fit either.
    Without `finds_all` the first text that doesn't fit ends the search, and the batch is worth nothing.
    """
    import pyarrow as pa

    columns: list[pa.Array] = []
    bad: list[BadValue] = []
    for field in schema:
        stored = batch.column(field.name)
        values, wrong = _cast(stored, field.type, finds_all=finds_all)
        if is_inferred and is_number(field.type):
            wrong = sorted({*wrong, *_changed(stored, field.type)})
        columns.append(values)
        bad += [BadValue(at, field.name, str(field.type), stored[at].as_py()) for at in wrong]
        if bad and not finds_all:
            break
    if not bad:
        return pa.RecordBatch.from_arrays(columns, schema=schema), []
    bad.sort(key=lambda each: each.index)
    if not finds_all:
        return pa.RecordBatch.from_pylist([], schema), bad
    wrong_rows = {each.index for each in bad}
    good = pa.array([at not in wrong_rows for at in range(batch.num_rows)], pa.bool_())
    return pa.RecordBatch.from_arrays(columns, schema=schema).filter(good), bad


def _cast(stored: "pa.Array", kind: "pa.DataType", *, finds_all: bool) -> "tuple[pa.Array, list[int]]":
    import pyarrow as pa

    if pa.types.is_binary(kind):
        return stored, []
    search = _Search(pa.string(), finds_all=finds_all)
    texts = pa.concat_arrays([*search.halved(stored, 0), pa.array([], pa.string())])
    if pa.types.is_string(kind):
        return texts, search.wrong
    values, wrong = _cast_texts(texts, kind, finds_all=finds_all)
    return values, sorted({*wrong, *search.wrong})


def _cast_texts(texts: "pa.Array", kind: "pa.DataType", *, finds_all: bool) -> "tuple[pa.Array, list[int]]":
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_null(kind):
        wrong = pc.indices_nonzero(pc.is_valid(texts)).to_pylist()
        return pa.nulls(len(texts)), wrong
    # A quoted field is never NULL by itself, but nothing stands for no number, date or truth value.
    try:
        values = texts.cast(kind)
    except pa.ArrowInvalid:
        trimmed = pc.utf8_trim_whitespace(texts)
        blank = pa.scalar(None, pa.string())
        search = _Search(kind, finds_all=finds_all)
        values = pa.concat_arrays(search.halved(pc.if_else(pc.equal(trimmed, ""), blank, trimmed), 0))
        return values, search.wrong
    return values, _overflown(texts, values) if pa.types.is_floating(kind) else []


def _overflown(texts: "pa.Array", values: "pa.Array") -> list[int]:
    """Return where a number became infinite that isn't written so."""
    import pyarrow.compute as pc

    infinite = pc.is_inf(values)
    if not pc.any(infinite).as_py():
        return []
    written = pc.match_substring_regex(texts, _INFINITY)
    found: list[int] = pc.indices_nonzero(pc.and_not(infinite, written)).to_pylist()
    return found


def is_number(kind: "pa.DataType") -> bool:
    """Whether a column's values are numbers."""
    import pyarrow as pa

    found: bool = pa.types.is_integer(kind) or pa.types.is_floating(kind)
    return found


def has_changed(stored: "pa.Array", kind: "pa.DataType") -> bool:
    """Whether some text, still as bytes, would lose digits as a number."""
    return bool(_changed(stored, kind))


def _changed(stored: "pa.Array", kind: "pa.DataType") -> list[int]:
    """Return where a text would lose digits as a number: zeros before it, or more than a float holds."""
    import pyarrow as pa
    import pyarrow.compute as pc

    lost = pc.match_substring_regex(stored, _ZEROS)
    if pa.types.is_floating(kind):
        lost = pc.or_(lost, pc.match_substring_regex(stored, _LONG))
    suspects: list[int] = pc.indices_nonzero(lost).to_pylist()
    return [at for at in suspects if _loses(stored[at].as_py().decode("utf-8", "replace"), kind)]


def _loses(text: str, kind: "pa.DataType") -> bool:
    import pyarrow as pa

    if re.match(_ZEROS, text) or not pa.types.is_floating(kind):
        return True
    if re.match(_WHOLE, text):
        return _is_rounded(text)
    digits = re.sub(r"[eE].*", "", text.strip()).lstrip("+-").replace(".", "").strip("0")
    return len(digits) > _FLOAT_DIGITS


def _is_rounded(whole: str) -> bool:
    try:
        return int(float(whole)) != int(whole)
    except (OverflowError, ValueError):
        # It is no float at all, or longer than Python reads.
        return True


class _Search:
    """Casts in halves what can't be cast as a whole."""

    def __init__(self, kind: "pa.DataType", *, finds_all: bool) -> None:
        self.kind = kind
        self.finds_all = finds_all
        self.wrong: list[int] = []

    def halved(self, texts: "pa.Array", start: int) -> "list[pa.Array]":
        """Return the values of `texts`, the first of which stands at `start`; NULL for what is none."""
        import pyarrow as pa

        if self.wrong and not self.finds_all:
            return [pa.nulls(len(texts), self.kind)]
        try:
            values = texts.cast(self.kind)
        except pa.ArrowInvalid:
            if len(texts) == 1:
                self.wrong.append(start)
                return [pa.nulls(1, self.kind)]
            middle = len(texts) // 2
            return self.halved(texts[:middle], start) + self.halved(texts[middle:], start + middle)
        if pa.types.is_floating(self.kind):
            self.wrong += [start + at for at in _overflown(texts, values)]
        return [values]
