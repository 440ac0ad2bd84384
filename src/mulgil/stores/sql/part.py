"""What the parts of the SQL store have in common: the database that they work on."""

from mulgil.ports import Cipher
from mulgil.stores.sql.database import Database


class StorePart:
    """One part of the SQL store; `SqlMetadataStore` joins them, as `ports.MetadataStore` joins the ports."""

    def __init__(self, database: Database, cipher: Cipher) -> None:
        """Work on an open database; secrets pass through `cipher`."""
        self._database = database
        self._cipher = cipher
