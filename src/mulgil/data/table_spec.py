"""What a table is to the write contract: its address, key and partitioning. No behaviour of targets."""

from enum import StrEnum

import msgspec

from mulgil.data.errors import DeclarationError
from mulgil.data.zone import zone_of


class Grain(StrEnum):
    """How a partition column cuts a table."""

    HOUR = "hour"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    VALUE = "value"


class WriteMode(StrEnum):
    """Which rows a write replaces."""

    REPLACE_PARTITION = "replace_partition"
    REPLACE = "replace"
    APPEND = "append"
    MERGE = "merge"
    INSERT_ONLY = "insert_only"
    SCD2 = "scd2"


class TableSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One table of one connection, as its author declares it.

    `timezone` is the zone whose days, months or years cut a *timestamp* column; a DATE column holds
    local dates already and follows the dag's zone.

    Raises:
        DeclarationError: Key or partition columns are empty or repeated, or the zone is unknown.
    """

    connection_id: str
    name: str
    key: tuple[str, ...] = ()
    partition_by: str | None = None
    grain: Grain = Grain.DAY
    timezone: str | None = None

    def __post_init__(self) -> None:
        """Refuse what no target could hold."""
        parts = self.name.split(".")
        if not all(parts) or len(parts) > 2:
            raise DeclarationError("data.table_name", name=self.name)
        if len({column.casefold() for column in self.key}) != len(self.key):
            raise DeclarationError("data.key_repeated", table=self.name, key=", ".join(self.key))
        if self.timezone is not None:
            zone_of(self.timezone)
