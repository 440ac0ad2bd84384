"""Every mode with declared columns, and with columns that evolve under it."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from mulgil.data import Table
from mulgil.data.modes import ModeOptions
from mulgil.data.table_spec import WriteMode

NARROW = {"id": "int32 not null", "word": "varchar(5)", "day": "date"}
MODES = [
    pytest.param(WriteMode.APPEND, ModeOptions(dedup_key=("id",)), id="append"),
    pytest.param(WriteMode.MERGE, ModeOptions(delete_flag="gone"), id="merge"),
    pytest.param(WriteMode.INSERT_ONLY, ModeOptions(), id="insert_only"),
    pytest.param(WriteMode.SCD2, ModeOptions(valid_from="day"), id="scd2"),
]


def rows(mode, ids, **more):
    flags = {"gone": [False] * (len(ids) - 1) + [True]} if mode is WriteMode.MERGE else {}
    return pa.table({"id": ids, "word": ["a"] * len(ids), "day": [date(2013, 1, 5)] * len(ids), **flags, **more})


@pytest.mark.parametrize(("mode", "options"), MODES)
def test_a_mode_keeps_to_declared_columns_and_lets_them_evolve(place, mode, options):
    flag = {"gone": "bool not null"} if mode is WriteMode.MERGE else {}
    narrow = Table("there", "flights", key=["id"], columns=NARROW | flag).spec
    wide = Table("there", "flights", key=["id"], schema="evolve").spec
    for number in range(2):
        place.load(rows(mode, [1, 2]), mode=mode, options=options, spec=narrow, run_uid=f"narrow{number}")
    before = [name for name in place.columns() if not name.startswith("_mulgil_")]
    assert set(before) - {"valid_to"} == set(NARROW)
    assert place.fetch("select distinct id from flights order by id") == (
        [(1,)] if mode is WriteMode.MERGE else [(1,), (2,)]
    )
    # A key that is wider than the column, the last of them deleted: tables of deleted keys are widened, too.
    more = rows(mode, [1, 2**40, 2**41], note=["x", "y", "z"])
    place.load(more, mode=mode, options=options, spec=wide, run_uid="wide")
    ids = {row[0] for row in place.fetch("select id from flights where note is not null")}
    assert {2**40} <= ids <= {1, 2**40, 2**41}
