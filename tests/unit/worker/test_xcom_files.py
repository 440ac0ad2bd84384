from pathlib import Path

import pyarrow as pa
import pytest

from mulgil.config import Home
from mulgil.messages.framing import MAX_FRAME_BYTES
from mulgil.serialization import INLINE_LIMIT, LARGEST_XCOM, XComReadError, XComSizeError, XComTypeError, read_xcom_file
from mulgil.worker.attempt.xcom_files import XComFiles


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path, tmp_path)


def _files(home: Home) -> list[Path]:
    return [path for path in home.xcom_folder.rglob("*") if path.is_file()]


def test_small_values_stay_in_the_row(home: Home) -> None:
    files = XComFiles(home)
    data = files.encode({"rows": 3}, task_id="t", key="k")
    assert files.decode(data) == {"rows": 3}
    assert _files(home) == []


def test_large_values_go_to_one_file_for_equal_contents(home: Home) -> None:
    files = XComFiles(home)
    value = ["x" * INLINE_LIMIT]
    first, second = (files.encode(value, task_id=task_id, key="k") for task_id in ("t", "u"))
    assert first == second
    assert len(first) < 200
    assert files.decode(first) == value
    assert len(_files(home)) == 1


def test_arrow_tables_travel_as_arrow(home: Home) -> None:
    files = XComFiles(home)
    table = pa.table({"carrier": ["AA", None], "flights": [1, 2]})
    data = files.encode(table, task_id="t", key="k")
    file = read_xcom_file(data)
    assert file is not None
    assert file.kind == "arrow"
    assert files.decode(data) == table


def test_a_file_that_is_gone_or_was_changed(home: Home) -> None:
    files = XComFiles(home)
    data = files.encode("x" * INLINE_LIMIT, task_id="t", key="k")
    (path,) = _files(home)
    path.write_bytes(b"something else")
    with pytest.raises(XComReadError, match="contents changed"):
        files.decode(data)
    path.unlink()
    with pytest.raises(XComReadError, match="No such file"):
        files.decode(data)


def test_what_has_no_stored_form_is_refused(home: Home) -> None:
    with pytest.raises(XComTypeError):
        XComFiles(home).encode(object(), task_id="t", key="k")


def test_a_value_that_is_no_table_has_a_limit_and_is_not_kept(home: Home) -> None:
    with pytest.raises(XComSizeError) as caught:
        XComFiles(home).encode("x" * LARGEST_XCOM, task_id="t", key="k")
    fields = caught.value.text.fields
    assert (fields["task_id"], fields["key"], fields["limit"]) == ("t", "k", LARGEST_XCOM)
    assert int(str(fields["bytes"])) > LARGEST_XCOM
    assert _files(home) == []


def test_a_report_of_the_largest_xcoms_fits_into_a_message() -> None:
    assert 2 * LARGEST_XCOM < MAX_FRAME_BYTES
