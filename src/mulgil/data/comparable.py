"""Values that compare as they should: what a mode compares with the table's rows must be in the form it knows.

Where a target enforces no types, other programs may have put dates and instants into a column in another
form (`2013-01-05 10:00:00`, epochs). Comparing them would find the wrong rows, and delete them.
"""

from collections.abc import Iterable, Sequence

from mulgil.data.target import Column, Dialect


def stray_query(relation: str, columns: Sequence[Column], names: Iterable[str], dialect: Dialect) -> str | None:
    """Return a query for a value of these columns that doesn't compare as it should; None if there can be none.

    It gives one row at most, with the name of the column and the value as text.
    """
    wanted = {name.casefold() for name in names}
    found = [
        f"SELECT {dialect.literal(column.name)} AS name, CAST({dialect.identifier(column.name)} AS TEXT) AS value "
        f"FROM {relation} WHERE {stray}"
        for column in columns
        if column.name.casefold() in wanted and (stray := dialect.stray(column)) is not None
    ]
    return f"SELECT * FROM ({' UNION ALL '.join(found)}) AS stray LIMIT 1" if found else None
