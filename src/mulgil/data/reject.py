"""Bad rows: what can't be loaded is set aside, up to a declared limit, instead of failing the whole load.

Theory of operation. A source that meets a row it can't read builds the error that it would raise and
gives it to `BadRows.add`, together with where the row stands and what was in it. Where the load allows
no bad rows (the default) `add` raises that very error; where it allows some, the row is kept and the
source goes on. Rows that the audit refuses (a value that doesn't fit, outside of the partitions, a check
of severity `reject`) are added by the write itself. What was set aside is published with the data, in
the same transaction, into the table of rejects.

Each *open* of a source gets a new `BadRows`, so that a write begun anew counts anew. Rows wait in memory
up to a few MiB, then in a temporary file: their number bounds nothing but disk.
"""

from collections.abc import Iterable, Iterator
from tempfile import SpooledTemporaryFile
from typing import IO

import msgspec

from mulgil.data.errors import DataError, DeclarationError, TooManyBadRowsError

_SAMPLED_ROWS = 5
_LONGEST_RAW = 10_000
_LONGEST_ERROR = 1_000
_IN_MEMORY_BYTES = 4 * 1024 * 1024


class BadRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row that was set aside.

    `source` is the file, address or table that it comes from; `line` the line in the file or the number
    of the row, from 1; `column` the one that is to blame, where it is known; `raw` the row as JSON.
    """

    source: str
    line: int | None
    column: str | None
    error: str
    raw: str

    @property
    def place(self) -> str:
        """Where the row stands, in short."""
        return self.source if self.line is None else f"{self.source}:{self.line}"


class BadRowLimit(msgspec.Struct, frozen=True):
    """How many bad rows a load accepts: a count, or a fraction of the rows that were read."""

    count: int | None = None
    fraction: float | None = None

    @classmethod
    def of(cls, declared: float | None) -> "BadRowLimit":
        """Read `max_bad_rows=`: None and 0 accept none, an int so many, a float up to 1.0 such a fraction.

        Raises:
            DeclarationError: It is neither.
        """
        is_number = isinstance(declared, int | float) and not isinstance(declared, bool)
        if declared is None or (is_number and declared == 0):
            return cls(count=0)
        if isinstance(declared, int) and is_number and declared > 0:
            return cls(count=declared)
        if isinstance(declared, float) and 0 < declared <= 1:
            return cls(fraction=declared)
        raise DeclarationError("data.bad_row_limit", limit=repr(declared))

    @property
    def accepts_any(self) -> bool:
        """Whether any row may be bad at all."""
        return self.count != 0

    def allowed(self, total: int) -> int:
        """Return how many of `total` rows may be bad."""
        return self.count if self.count is not None else int(total * (self.fraction or 0.0))

    def __str__(self) -> str:
        """Show it as it was declared."""
        return str(self.count) if self.fraction is None else f"{self.fraction:g}"


class BadRows:
    """The rows that one reading sets aside. Not safe to share between threads."""

    def __init__(self, limit: BadRowLimit | None = None) -> None:
        """Begin with none; without a limit none is accepted."""
        self._limit = limit or BadRowLimit(count=0)
        self._kept: IO[bytes] | None = None
        self._sample: list[BadRow] = []
        self._count = 0
        # The numbers of the staged rows that have left the stage, sorted.
        self._gone: list[int] = []

    @property
    def is_accepted(self) -> bool:
        """Whether a bad row may be set aside at all; if not, a source may read the fast way that fails at once."""
        return self._limit.accepts_any

    @property
    def count(self) -> int:
        """How many rows were set aside."""
        return self._count

    def add(
        self, error: DataError, *, source: str, raw: object, line: int | None = None, column: str | None = None
    ) -> None:
        """Set a row aside, or raise `error` where no row may be bad.

        Args:
            error: What is wrong with the row, in full: it is raised, or its words are kept.
            source: The file, address or table that the row comes from.
            raw: The row as it was read: a mapping, a sequence, or the text of the line.
            line: The line in the file, or the number of the row, from 1.
            column: The column that is to blame.

        Raises:
            TooManyBadRowsError: More rows are bad than a declared count accepts. A declared fraction is
                judged at the end, by `require_few`.
        """
        if not self.is_accepted:
            raise error
        row = BadRow(
            source=source,
            line=line,
            column=column,
            error=str(error)[:_LONGEST_ERROR],
            raw=_json(raw),
        )
        self._keep(row)
        if self._limit.count is not None and self._count > self._limit.count:
            raise self._too_many(f"> {self._limit.count}")

    def first_number(self, number: int) -> int:
        """Return the number that a staged row had before rows before it left the stage."""
        for gone in self._gone:
            if gone > number:
                break
            number += 1
        return number

    def forget_numbers(self, numbers: Iterable[int]) -> None:
        """Remember, by their first numbers, rows that leave the stage."""
        self._gone = sorted({*self._gone, *numbers})

    def require_few(self, *, good_rows: int) -> None:
        """Judge the whole, once every row was read.

        Raises:
            TooManyBadRowsError: More rows are bad than the limit accepts.
        """
        if self._count > self._limit.allowed(good_rows + self._count):
            raise self._too_many(f"{self._count} / {good_rows + self._count}")

    def rows(self) -> Iterator[BadRow]:
        """Yield what was set aside, in order; nothing may be added meanwhile."""
        if self._kept is None:
            return
        self._kept.seek(0)
        for line in self._kept:
            yield msgspec.json.decode(line, type=BadRow)
        self._kept.seek(0, 2)

    @property
    def sample(self) -> str:
        """Some of the rows in words, a line each."""
        shown = [f"  {row.place}: {row.error}" for row in self._sample]
        return "\n".join(shown) + ("\n  …" if self._count > len(shown) else "")

    def close(self) -> None:
        """Forget everything."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def __enter__(self) -> "BadRows":
        """Use it."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Forget everything."""
        self.close()

    def _keep(self, row: BadRow) -> None:
        if self._kept is None:
            # Closed by `close`: it outlives the call that found the row.
            self._kept = SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES)  # noqa: SIM115
        self._kept.write(msgspec.json.encode(row) + b"\n")
        self._count += 1
        if len(self._sample) < _SAMPLED_ROWS:
            self._sample.append(row)

    def _too_many(self, found: str) -> TooManyBadRowsError:
        return TooManyBadRowsError("data.too_many_bad_rows", found=found, limit=str(self._limit), sample=self.sample)


def _json(raw: object) -> str:
    """Return the row as JSON that a reader can parse, however long the row was."""
    text = msgspec.json.encode(raw, enc_hook=str).decode()
    if len(text) <= _LONGEST_RAW:
        return text
    return msgspec.json.encode({"cut": text[:_LONGEST_RAW]}).decode()
