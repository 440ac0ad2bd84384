"""Wide rows meet the memory limit: the work is done anew with more, and the rows come out whole."""

from __future__ import annotations

import pyarrow as pa
import pytest

from mulgil.connectors.duckdb import memory
from mulgil.connectors.duckdb.target import DuckDbTarget
from mulgil.data.errors import DataError
from mulgil.data.outcome import WriteStatus
from mulgil.data.patience import Patience
from mulgil.data.table_spec import TableSpec, WriteMode

SPEC = TableSpec(connection_id="there", name="flights", key=("id",))
WIDE = pa.table({"id": list(range(4000)), "text": [f"{number}-" + "x" * 20_000 for number in range(4000)]})


def test_more_memory_is_taken_where_little_is_too_little(tmp_path, make_place, monkeypatch):
    place = make_place("duckdb", tmp_path)
    monkeypatch.setattr(memory, "_STEPS", ("20MB", "600MB"))
    outcome = place.load(WIDE, mode=WriteMode.REPLACE, spec=SPEC, target=place.new_target())
    assert outcome.status is WriteStatus.COMMITTED
    assert place.fetch("select count(*), sum(length(text)) > 80000000 from flights") == [(4000, True)]
    assert place.leftovers() == []


def test_a_limit_that_somebody_set_is_kept(tmp_path, make_place):
    place = make_place("duckdb", tmp_path)
    target = DuckDbTarget(place.file, patience=Patience(place.clock, 5.0), memory="20MB")
    with pytest.raises(DataError, match=r"[Mm]emory"):
        place.load(WIDE, mode=WriteMode.REPLACE, spec=SPEC, target=target)
    assert place.target.columns("flights") is None
    assert place.leftovers() == []
