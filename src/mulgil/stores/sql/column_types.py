"""The two column types whose form differs between databases: instants and JSON.

An `Instant` is an integer of microseconds since 1970 (UTC) in SQLite and `timestamptz` in PostgreSQL;
a `Json` is text in SQLite and `jsonb` in PostgreSQL. Both take and give Python values.
"""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Dialect, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.types import TypeDecorator, TypeEngine

from mulgil.stores.sql.instants import from_microseconds, to_microseconds


class Instant(TypeDecorator[datetime]):
    """An aware instant in UTC."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the database's own type."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(Integer())
        return dialect.type_descriptor(TIMESTAMP(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Turn an instant into what the database stores."""
        return to_microseconds(value) if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Turn what the database stores into an instant."""
        return from_microseconds(value) if value is not None and dialect.name == "sqlite" else value


class Json(TypeDecorator[Any]):
    """A JSON document of plain Python values."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the database's own type."""
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else JSONB())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Encode for a database that stores JSON as text."""
        return msgspec.json.encode(value).decode() if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Decode for a database that stores JSON as text."""
        return msgspec.json.decode(value) if value is not None and dialect.name == "sqlite" else value
