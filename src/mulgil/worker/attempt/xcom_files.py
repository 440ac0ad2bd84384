"""XComs that are too large for a row: files named by the hash of their contents."""

import os
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from mulgil.config import Home
from mulgil.serialization import (
    INLINE_LIMIT,
    XComFile,
    XComReadError,
    decode_xcom,
    encode_xcom,
    encode_xcom_file,
    read_xcom_file,
)

if TYPE_CHECKING:
    import pyarrow as pa


class XComFiles:
    """Turns values into XComs and back; equal contents share a file, which is never changed."""

    def __init__(self, home: Home) -> None:
        """Keep files below `home`."""
        self._home = home

    def encode(self, value: object, *, task_id: str, key: str) -> bytes:
        """Return the row's contents for `value`, after writing the file that they name if they name one.

        Raises:
            XComTypeError: `value` has no stored form.
            XComSizeError: `value` is larger than any XCom that is not a table may be.
        """
        table = _as_table(value)
        if table is not None:
            return self._keep(_arrow_bytes(table), "arrow")
        data = encode_xcom(value, task_id=task_id, key=key)
        return data if len(data) <= INLINE_LIMIT else self._keep(data, "value")

    def decode(self, data: bytes) -> object:
        """Return the value behind a row's contents.

        Raises:
            XComReadError: The contents, or the file that they name, can't be read.
        """
        file = read_xcom_file(data)
        if file is None:
            return decode_xcom(data)
        contents = self._read(file)
        return _arrow_table(contents) if file.kind == "arrow" else decode_xcom(contents)

    def _read(self, file: XComFile) -> bytes:
        path = self._path(file)
        try:
            contents = path.read_bytes()
        except OSError as error:
            raise XComReadError("xcom.unreadable", detail=f"{path}: {error.strerror}") from error
        if sha256(contents).hexdigest() != file.sha256:
            raise XComReadError("xcom.unreadable", detail=f"{path}: contents changed")
        return contents

    def _path(self, file: XComFile) -> Path:
        return self._home.xcom_folder / file.sha256[:2] / file.sha256

    def _keep(self, contents: bytes, kind: Literal["value", "arrow"]) -> bytes:
        file = XComFile(sha256=sha256(contents).hexdigest(), size=len(contents), kind=kind)
        path = self._path(file)
        if not path.exists():
            _write_durably(path, contents)
        return encode_xcom_file(file)


def _write_durably(path: Path, contents: bytes) -> None:
    """Write a file that is whole under its name, and on disk before any row names it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    with scratch.open("wb") as file:
        file.write(contents)
        file.flush()
        os.fsync(file.fileno())
    scratch.replace(path)
    for folder in (path.parent, path.parent.parent):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _as_table(value: object) -> "pa.Table | None":
    """Return `value` if it is an Arrow table; pyarrow is loaded already where one exists."""
    kind = type(value)
    is_table = kind.__name__ == "Table" and kind.__module__.partition(".")[0] == "pyarrow"
    return value if is_table else None


def _arrow_bytes(table: "pa.Table") -> bytes:
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    contents: bytes = sink.getvalue().to_pybytes()
    return contents


def _arrow_table(contents: bytes) -> "pa.Table":
    import pyarrow as pa

    with pa.ipc.open_stream(contents) as reader:
        return reader.read_all()
