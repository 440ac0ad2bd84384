"""What a staged Parquet file is like."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq

from mulgil.connectors.duckdb.target import DuckDbTarget
from mulgil.data.patience import Patience
from mulgil.system import SystemClock

GROUP = 122_880


def staged(tmp_path, batches, schema):
    target = DuckDbTarget(tmp_path / "x.duckdb", patience=Patience(SystemClock()))
    with target.create_stage("_mulgil_stage_x_1") as stage:
        stage.fill(schema, batches)
        [file] = (tmp_path / "x.duckdb.mulgil-stage").glob("*.parquet")
        metadata = pq.read_metadata(file)
        groups = [metadata.row_group(number).num_rows for number in range(metadata.num_row_groups)]
        [found] = stage.query(f"SELECT count(*) AS n, sum(id) AS total FROM {stage.relation}")
    return groups, found


def test_pages_are_gathered_into_groups_of_duckdbs_own_size(tmp_path):
    schema = pa.schema([("id", pa.int64())])
    batches = [pa.record_batch({"id": list(range(start, start + 1000))}) for start in range(0, 300_000, 1000)]
    groups, found = staged(tmp_path, batches, schema)
    assert groups == [GROUP, GROUP, 300_000 - 2 * GROUP]
    assert found == {"n": 300_000, "total": sum(range(300_000))}


def test_a_large_batch_is_cut(tmp_path):
    batch = pa.record_batch({"id": pa.array(range(2 * GROUP + 5))})
    groups, found = staged(tmp_path, [batch], batch.schema)
    assert groups == [GROUP, GROUP, 5]
    assert found["n"] == 2 * GROUP + 5


def test_wide_rows_make_smaller_groups(tmp_path):
    batch = pa.record_batch({"id": [1] * 1000, "wide": ["x" * 40_000] * 1000})
    groups, found = staged(tmp_path, [batch, batch, batch], batch.schema)
    assert groups == [2000, 1000]
    assert found["n"] == 3000


def test_no_batches_make_an_empty_file(tmp_path):
    groups, found = staged(tmp_path, [], pa.schema([("id", pa.int64())]))
    assert (groups, found) == ([], {"n": 0, "total": None})
