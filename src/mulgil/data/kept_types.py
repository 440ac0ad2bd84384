"""Types that an engine's files and Arrow don't keep: made ones that they do keep exactly, or refused.

DuckDB writes 128-bit whole numbers, which is what `sum` of an integer gives, to Parquet as DOUBLE. What a
query gives is therefore asked before it runs.
"""

import re
from collections.abc import Callable, Sequence

from mulgil.data.errors import SchemaMismatchError
from mulgil.data.target import Dialect, NativeQuery

Run = Callable[[str, Sequence[object]], Sequence[Sequence[object]]]

_NARROWED = {"HUGEINT": "BIGINT", "UHUGEINT": "UBIGINT"}
_WIDE = re.compile(r"\bU?HUGEINT\b")
_LOST = re.compile(r"\b(TIME WITH TIME ZONE|UNION\(|BIGNUM|VARINT)")


def keeping_types(query: NativeQuery, run: Run, dialect: Dialect) -> str:
    """Return the SQL of a query with every value in a type that is kept; `run` asks the engine that will run it.

    A 128-bit whole number becomes one of 64 bits; the engine refuses a value that has no place there.

    Raises:
        SchemaMismatchError: A type can't be kept at all.
    """
    rows = run(f"DESCRIBE SELECT * FROM (\n{query.sql}\n) AS given", query.params)
    described = [(str(row[0]), str(row[1])) for row in rows]
    for name, kind in described:
        if _LOST.search(kind):
            raise SchemaMismatchError("data.type_not_kept", column=name, type=kind)
    if not any(_WIDE.search(kind) for _, kind in described):
        return query.sql
    listed = ", ".join(_kept(dialect.identifier(name), kind) for name, kind in described)
    return f"SELECT {listed} FROM (\n{query.sql}\n) AS given"


def _kept(name: str, kind: str) -> str:
    narrowed = _WIDE.sub(lambda found: _NARROWED[found.group()], kind)
    return name if narrowed == kind else f"CAST({name} AS {narrowed}) AS {name}"
