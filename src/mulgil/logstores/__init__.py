"""Where the logs of tries are, in which form, and how they are read."""

from mulgil.logstores.file import FileLogStore, LogChunk, append_to_log, open_to_append
from mulgil.logstores.line import LOG_FORMAT, LogLine, encode_line, parse_line
from mulgil.logstores.masking import (
    MASK,
    Masker,
    connection_secrets,
    is_secret_name,
    mask_urls,
    variable_secrets,
)

__all__ = [
    "LOG_FORMAT",
    "MASK",
    "FileLogStore",
    "LogChunk",
    "LogLine",
    "Masker",
    "append_to_log",
    "connection_secrets",
    "encode_line",
    "is_secret_name",
    "mask_urls",
    "open_to_append",
    "parse_line",
    "variable_secrets",
]
