"""What the parts of the memory store have in common: the tables."""

from mulgil.stores.memory.tables import Tables


class StorePart:
    """One part of the memory store; `MemoryMetadataStore` joins them, as `ports.MetadataStore` joins the ports."""

    def __init__(self, tables: Tables) -> None:
        """Work on `tables`, which the other parts share."""
        self._tables = tables
