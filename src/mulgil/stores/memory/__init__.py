"""The metadata store in dicts: the reference for what the port means, and the store of in-process runs."""

from mulgil.stores.memory.store import MemoryMetadataStore

__all__ = ["MemoryMetadataStore"]
