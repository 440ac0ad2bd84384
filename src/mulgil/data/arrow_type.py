"""Types of columns, as authors declare them for sources: `{"at": "timestamp[us, UTC]", "n": "int64"}`."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from mulgil.data.errors import DeclarationError

if TYPE_CHECKING:
    import pyarrow as pa

_SIMPLE = {
    "bool": "bool_",
    "int8": "int8",
    "int16": "int16",
    "int32": "int32",
    "int64": "int64",
    "int": "int64",
    "uint8": "uint8",
    "uint16": "uint16",
    "uint32": "uint32",
    "uint64": "uint64",
    "float32": "float32",
    "float64": "float64",
    "float": "float64",
    "double": "float64",
    "string": "string",
    "str": "string",
    "binary": "binary",
    "date": "date32",
}
_TIMESTAMP = re.compile(r"timestamp(?:\[(s|ms|us|ns)(?:,\s*(?:tz=)?([\w/+:-]+))?\])?")
_DECIMAL = re.compile(r"decimal\((\d+),\s*(\d+)\)")


def arrow_schema(columns: Mapping[str, str]) -> "pa.Schema":
    """Return the schema that `columns` declare.

    Raises:
        DeclarationError: A type is unknown.
    """
    import pyarrow as pa

    return pa.schema([(name, arrow_type(text, column=name)) for name, text in columns.items()])


def arrow_type(text: str, *, column: str) -> "pa.DataType":
    """Return the Arrow type that `text` names.

    Raises:
        DeclarationError: It names none.
    """
    import pyarrow as pa

    word = text.strip()
    if word in _SIMPLE:
        return getattr(pa, _SIMPLE[word])()
    if (found := _TIMESTAMP.fullmatch(word)) is not None:
        return pa.timestamp(found[1] or "us", found[2])
    if (found := _DECIMAL.fullmatch(word)) is not None:
        return pa.decimal128(int(found[1]), int(found[2]))
    known = ", ".join([*_SIMPLE, "timestamp[us]", "timestamp[us, UTC]", "decimal(18, 2)"])
    raise DeclarationError("data.column_type_unknown", column=column, type=text, known=known)
