"""The metadata store in a database: SQLite, embedded, without a server.

`schema.py` creates and upgrades a database, `store.py` opens it. What is particular to a database
stands in one driver module (`sqlite.py`) and one folder of statements (`queries/sqlite`); `tables.py`
describes the schema for all of them. `doorbell_socket.py` is the wake-up call of embedded databases.
"""

from mulgil.stores.sql.doorbell_socket import DoorbellListener, SocketDoorbell
from mulgil.stores.sql.schema import (
    SCHEMA_VERSION,
    SchemaStanding,
    SchemaState,
    Upgrade,
    check_schema,
    find_damage,
    schema_state,
    upgrade,
)
from mulgil.stores.sql.store import SqlMetadataStore

__all__ = [
    "SCHEMA_VERSION",
    "DoorbellListener",
    "SchemaStanding",
    "SchemaState",
    "SocketDoorbell",
    "SqlMetadataStore",
    "Upgrade",
    "check_schema",
    "find_damage",
    "schema_state",
    "upgrade",
]
