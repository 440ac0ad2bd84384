"""Tables on terminals of any width: what people copy is never broken."""

from datetime import UTC, datetime
from io import StringIO
from zoneinfo import ZoneInfo

import pytest

from mulgil.cli._table import Record, cell_text, print_table
from mulgil.model import DagRunState, TaskInstanceState

RUN_ID = "scheduled__2013-01-05T00:00:00+00:00"
AT = datetime(2013, 1, 5, tzinfo=UTC)
RUN: Record = {
    "run_id": RUN_ID,
    "type": "scheduled",
    "state": DagRunState.QUEUED,
    "interval_start": AT,
    "interval_end": AT,
    "started_at": AT,
    "duration": None,
    "reason": "2 runs of the dag are active (its `max_active_runs` is 2)",
}


def shown(*records: Record, width: int | None) -> list[str]:
    file = StringIO()
    print_table(records, file=file, width=width)
    return [line.rstrip() for line in file.getvalue().splitlines()]


@pytest.mark.parametrize("width", [20, 60, 80, 100, 140])
def test_ids_states_and_times_stay_whole_and_reasons_stand_below(width: int) -> None:
    header, row, below = shown(RUN, width=width)
    for whole in (RUN_ID, "queued", "2013-01-05 00:00:00Z"):
        assert whole in row
    assert "reason" not in header
    assert below == f"{RUN_ID}: {RUN['reason']}"


def test_a_narrow_terminal_does_without_what_matters_least() -> None:
    assert shown(RUN, width=80)[0].split() == ["run_id", "state", "interval_start", "duration"]
    assert len(shown(RUN, width=80)[1]) <= 80
    assert shown(RUN, width=160)[0].split() == [name for name in RUN if name != "reason"]


def test_a_program_gets_every_column_in_one_line() -> None:
    header, row = shown(RUN, width=None)
    assert header.split() == list(RUN)
    assert row.endswith("(its `max_active_runs` is 2)")


def test_reasons_name_the_map_index() -> None:
    rows: list[Record] = [
        {"task_id": "load", "map_index": index, "state": TaskInstanceState.NONE, "reason": reason}
        for index, reason in ((0, None), (1, "why"))
    ]
    assert shown(*rows, width=80)[-1] == "load[1]: why"


def test_lists_are_folded_to_the_width() -> None:
    row: Record = {"task_id": "load", "upstream": [f"task_{number}" for number in range(20)]}
    assert max(map(len, shown(row, width=40))) <= 40


def test_times_name_their_offset() -> None:
    assert cell_text(AT.astimezone(ZoneInfo("Asia/Seoul"))) == "2013-01-05 09:00:00+09:00"
    assert cell_text(AT) == "2013-01-05 00:00:00Z"


def test_one_reason_of_many_is_said_once() -> None:
    rows: list[Record] = [
        {"task_id": "load", "map_index": index, "state": TaskInstanceState.NONE, "reason": "why"} for index in range(9)
    ]
    assert shown(*rows, width=80)[10:] == ["load[0], load[1], load[2], … (+6): why"]
