"""Assets: what tasks read and write, named so that dependencies and lineage follow by themselves."""

from collections.abc import Sequence

from mulgil.model import AssetRef


class Asset:
    """A thing that tasks read (`inlets`) and write (`outlets`): a table, a file, a topic.

    Two assets are the same when connection and name are. A task that reads an asset depends on every
    task of its dag that writes it. `mulgil.data.Table` is an asset that knows how to be written.
    """

    def __init__(self, name: str, *, connection_id: str = "") -> None:
        """Name an asset; `connection_id` is the connection that leads to it, if any."""
        self.name = name
        self.connection_id = connection_id

    @property
    def ref(self) -> AssetRef:
        """The asset's identity at parse time."""
        return AssetRef(self.connection_id, self.name)

    def check_writers(self, task_ids: Sequence[str]) -> None:
        """Refuse combinations of writers that can't work; called once a dag with every task that writes this asset."""

    def __eq__(self, other: object) -> bool:
        """Compare by identity of the asset, not of the object."""
        return isinstance(other, Asset) and self.ref == other.ref

    def __hash__(self) -> int:
        """Hash like `__eq__`."""
        return hash(self.ref)

    def __repr__(self) -> str:
        """Show the identity."""
        return f"{type(self).__name__}({self.connection_id!r}, {self.name!r})"
