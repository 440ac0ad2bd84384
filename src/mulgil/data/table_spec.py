"""What a table is to the write contract: its address, key and partitioning. No behaviour of targets."""

from enum import StrEnum

import msgspec

from mulgil.data.column_type import DeclaredColumn
from mulgil.data.errors import DeclarationError
from mulgil.data.schema_contract import Change, Rule, SchemaContract
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
    local dates already and follows the dag's zone. `columns` are those that are declared; without any,
    the first write decides. `contract` says what may become of them.

    Raises:
        DeclarationError: Key or partition columns are repeated or not declared, or the zone is unknown.
    """

    connection_id: str
    name: str
    key: tuple[str, ...] = ()
    partition_by: str | None = None
    grain: Grain = Grain.DAY
    timezone: str | None = None
    columns: tuple[DeclaredColumn, ...] = ()
    contract: SchemaContract = SchemaContract()

    def __post_init__(self) -> None:
        """Refuse what no target could hold."""
        parts = self.name.split(".")
        if not all(parts) or len(parts) > 2:
            raise DeclarationError("data.table_name", name=self.name)
        if len({column.casefold() for column in self.key}) != len(self.key):
            raise DeclarationError("data.key_repeated", table=self.name, key=", ".join(self.key))
        if self.timezone is not None:
            zone_of(self.timezone)
        declared = {column.name.casefold() for column in self.columns}
        for column in (*self.key, *([self.partition_by] if self.partition_by else [])):
            is_open = self.contract.rule(Change.NEW, column) is Rule.EVOLVE
            if declared and column.casefold() not in declared and not is_open:
                listed = ", ".join(each.name for each in self.columns)
                raise DeclarationError("data.column_undeclared", table=self.name, column=column, columns=listed)
