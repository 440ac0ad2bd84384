"""What the SQL store needs of a database's driver: short transactions of named statements.

`sqlite.py` implements it for the embedded database. Parameters and rows are the same for every
database: instants are integers of microseconds and JSON is text; a driver that has types for these
converts them at its own border.
"""

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol

SqlValue = str | int | float | bytes | None
Params = Mapping[str, SqlValue]
Row = tuple[Any, ...]


class Transaction(Protocol):
    """Named statements inside one transaction."""

    def run(self, name: str, params: Params | None = None) -> int:
        """Run a statement and return how many rows it changed.

        Raises:
            UniquenessError: A row with this identity exists already; the transaction can go on.
        """
        ...

    def run_each(self, name: str, rows: Iterable[Params]) -> int:
        """Run a statement for each of `rows` and return how many rows all of them changed.

        Raises:
            UniquenessError: A row with one of these identities exists already.
        """
        ...

    def rows(self, name: str, params: Params | None = None) -> list[Row]:
        """Return what a query finds."""
        ...

    def row(self, name: str, params: Params | None = None) -> Row | None:
        """Return the first row that a query finds."""
        ...


class Database(Protocol):
    """One process's way to a metadata DB."""

    def write(self) -> AbstractContextManager[Transaction]:
        """Run a block as one write transaction: whole, or not at all when it raises.

        Raises:
            StoreUnavailableError: Busy beyond the time-out, full, or gone; nothing was written.
        """
        ...

    def read(self) -> AbstractContextManager[Transaction]:
        """Run a block of queries that all see one state of the database."""
        ...

    def close(self) -> None:
        """Give back the connection; does nothing when it is closed already."""
        ...
