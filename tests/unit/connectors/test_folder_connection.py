"""Connections of type `files`: what they may say."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from mulgil.connectors.folder.connection import open_target
from mulgil.data.errors import DeclarationError, TargetError
from mulgil.data.patience import Patience
from mulgil.model import Connection
from mulgil.system import SystemClock


def opened(tmp_path, host="lake", **extra):
    connection = Connection(connection_id="lake", conn_type="files", host=host, extra=extra)
    surroundings = SimpleNamespace(resolve_path=lambda path: tmp_path / path)
    return open_target(connection, surroundings, Patience(SystemClock(), 1.0))  # type: ignore[arg-type]


def test_a_folder_that_comes_with_the_first_write(tmp_path):
    target = opened(tmp_path, format="csv", grace=5, memory_limit="1GB")
    assert target.columns("raw.t") is None
    assert target.read_ledger("raw.t").commits == ()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("host", "extra", "told"),
    [
        ("", {}, "names no folder"),
        ("lake", {"format": "orc"}, "'orc', which is no format. Formats: parquet, csv, json"),
        ("lake", {"format": 3}, "'3', which is no format"),
        ("lake", {"grace": "1h"}, "grace=1h, which is no number of seconds"),
        ("lake", {"grace": -1}, "grace=-1"),
        ("lake", {"grace": True}, "grace=True"),
        ("lake", {"memory_limit": "lots"}, "memory_limit 'lots'"),
    ],
)
def test_what_cannot_be_is_said(host, extra, told, tmp_path):
    with pytest.raises(DeclarationError) as found:
        opened(tmp_path, host, **extra)
    assert told in str(found.value)


def test_the_folder_above_must_be_there(tmp_path):
    with pytest.raises(TargetError, match=r"far/lake.* doesn't exist"):
        opened(tmp_path, "far/lake")
