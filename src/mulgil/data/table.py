"""`Table`: a table of a connection, as pipelines name it."""

from collections.abc import Mapping, Sequence

from mulgil.data.declared_columns import Columns, read_columns
from mulgil.data.errors import DeclarationError
from mulgil.data.schema_contract import read_contract
from mulgil.data.table_spec import Grain, TableSpec
from mulgil.sdk import Asset


class Table(Asset):
    """A table that tasks read and write: `Table("warehouse", "raw.flights", key=["flight_id"], partition_by="day")`.

    `key` are the columns that tell rows apart; they are checked before each publish. `partition_by` is
    the column that cuts the table into parts of one `grain` (hour, day, month, year, value), each of
    which a write replaces whole. `timezone` says whose days, months or years cut a timestamp column.

    `columns={"id": "bigint not null"}` declares columns: the table is made of them, and each value must
    fit its own unchanged. `schema=` says what happens when the data brings other columns or types.
    """

    def __init__(
        self,
        connection_id: str,
        name: str,
        *,
        key: Sequence[str] = (),
        partition_by: str | None = None,
        grain: Grain | str = Grain.DAY,
        timezone: str | None = None,
        columns: Columns | None = None,
        schema: str | Mapping[str, object] = "freeze",
    ) -> None:
        """Declare a table; nothing is opened.

        Raises:
            DeclarationError: The name, key, grain, zone, a column or a rule can't be.
        """
        super().__init__(name, connection_id=connection_id)
        try:
            known = Grain(grain)
        except ValueError:
            raise DeclarationError("data.grain_unknown", table=name, grain=str(grain), known=", ".join(Grain)) from None
        self.spec = TableSpec(
            connection_id=connection_id,
            name=name,
            key=(key,) if isinstance(key, str) else tuple(key),
            partition_by=partition_by,
            grain=known,
            timezone=timezone,
            columns=read_columns(name, columns),
            contract=read_contract(name, schema),
        )
