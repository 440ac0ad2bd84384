"""Serialization: the versioned forms in which dags and XComs leave a process and are kept for ever.

Every form carries a format number; the reader accepts the oldest one. No pickle anywhere: reading a
stored value never runs code that the value names.
"""

from mulgil.serialization.dag_spec import DAG_FORMAT, dag_hash, decode_dag, encode_dag
from mulgil.serialization.errors import (
    DagFormatError,
    SerializationError,
    XComReadError,
    XComSizeError,
    XComTypeError,
)
from mulgil.serialization.type_registry import TypeRegistry, register_type
from mulgil.serialization.xcom import (
    INLINE_LIMIT,
    LARGEST_XCOM,
    XCOM_FORMAT,
    XComFile,
    decode_xcom,
    encode_xcom,
    encode_xcom_file,
    read_xcom_file,
)

__all__ = [
    "DAG_FORMAT",
    "INLINE_LIMIT",
    "LARGEST_XCOM",
    "XCOM_FORMAT",
    "DagFormatError",
    "SerializationError",
    "TypeRegistry",
    "XComFile",
    "XComReadError",
    "XComSizeError",
    "XComTypeError",
    "dag_hash",
    "decode_dag",
    "decode_xcom",
    "encode_dag",
    "encode_xcom",
    "encode_xcom_file",
    "read_xcom_file",
    "register_type",
]
