"""The metadata store in dicts: the parts joined, as `ports.MetadataStore` joins the ports."""

from mulgil.stores.memory.asset_store import MemoryAssetStore
from mulgil.stores.memory.configuration_store import MemoryConfigurationStore
from mulgil.stores.memory.dag_file_store import MemoryDagFileStore
from mulgil.stores.memory.read_store import MemoryReadStore
from mulgil.stores.memory.scheduler_store import MemorySchedulerStore
from mulgil.stores.memory.tables import Tables


class MemoryMetadataStore(
    MemorySchedulerStore, MemoryDagFileStore, MemoryConfigurationStore, MemoryReadStore, MemoryAssetStore
):
    """`ports.MetadataStore` without a database; everything ends with the object.

    Every component of one process may hold the same store, as several processes hold one database.
    Values that go in and come out are shared, not copied: they are frozen.
    """

    def __init__(self) -> None:
        """Start with what every new store holds: the default pool."""
        super().__init__(Tables())

    def close(self) -> None:
        """Nothing to give back; the contents stay for whoever else holds the store."""
