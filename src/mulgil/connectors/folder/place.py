"""Where a table lives: its folder, and what it is called."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote, unquote

_DEFAULT_SCHEMA = "main"
_OURS = "_mulgil"
_LONGEST_FOLDER = 200
NULL_PARTITION = "__HIVE_DEFAULT_PARTITION__"


@dataclass(frozen=True)
class TablePlace:
    """The folder of one table. Names are kept in lower case, so that no spelling makes a second table."""

    root: Path
    schema: str
    name: str

    @property
    def table_name(self) -> str:
        """What the ledger calls the table."""
        return f"{self.schema}.{self.name}"

    @property
    def folder(self) -> Path:
        """What programs that list folders read."""
        return self.root / _folder_name(self.schema) / _folder_name(self.name)

    @property
    def ours(self) -> Path:
        """What only we write; its name makes other programs pass it over."""
        return self.folder / _OURS

    @property
    def manifest(self) -> Path:
        """The manifest of the table as it is."""
        return self.ours / "manifest.json"

    @property
    def next_manifest(self) -> Path:
        """Where a manifest waits for its name."""
        return self.ours / "manifest.json.new"

    @property
    def data(self) -> Path:
        """The files themselves."""
        return self.ours / "data"

    @property
    def pins(self) -> Path:
        """The locks of readers."""
        return self.ours / "pins"

    def absolute(self, path: str) -> Path:
        """Return a path of the manifest as one that can be opened."""
        return self.folder / path


def place_of(root: Path, table: str) -> TablePlace:
    """Return where `table` or `schema.table` lives."""
    schema, _, name = table.lower().rpartition(".")
    return TablePlace(root, schema or _DEFAULT_SCHEMA, name)


def tables_in(root: Path) -> Iterator[TablePlace]:
    """Yield every table of a root, in the order of their names, those too whose first write hasn't come to its end."""
    for ours in sorted(root.glob(f"[!.]*/*/{_OURS}")):
        yield TablePlace(root, unquote(ours.parent.parent.name), unquote(ours.parent.name))


def stages_in(root: Path) -> Path:
    """Return the folder of stages: on the tables' own file system, and below no table."""
    return root / ".mulgil" / "stage"


def partition_folder(column: str, grain: str, key: str | None) -> str:
    """Return the folder of one partition.

    It is named after column *and* grain: the files hold the column itself, and a program that derives a
    column from the folder's name must not find two of one name, of two types.
    """
    value = NULL_PARTITION if key is None else quote(key, safe=" ")
    if len(value) > _LONGEST_FOLDER:
        value = "sha256-" + sha256(value.encode()).hexdigest()
    return f"{quote(column.lower(), safe=' ')}_{grain}={value}"


def _folder_name(part: str) -> str:
    return quote(part, safe=" ")
