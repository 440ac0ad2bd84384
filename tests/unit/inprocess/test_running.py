"""`dag.test()` and `dag.cli()`: a dag without a server."""

import io
import logging
import os
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mulgil.data import Table, load
from mulgil.i18n import Language, MulgilError, set_language
from mulgil.inprocess import Console, VirtualClock, choose_dag
from mulgil.sdk import DAG, Connection, EmptyOperator, Variable, task


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MULGIL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MULGIL_LANG", "en")
    return tmp_path / "home"


def chain(length: int) -> DAG:
    with DAG("chain", schedule="@daily", start_date="2026-01-01", timezone="Asia/Seoul") as dag:

        @task
        def first(ds: str) -> str:
            return ds

        value = first()
        for number in range(length - 1):

            @task(task_id=f"pass_{number}")
            def following(text: str) -> str:
                return text

            value = following(value)
    return dag


def test_values_pass_through_every_task() -> None:
    result = chain(4).test("2026-02-03", quiet=True)
    assert result.succeeded
    assert result.value("pass_2") == "2026-02-03"
    assert result.run_state() == "success"


def test_twenty_tasks_take_no_time(proof: dict[str, float | str | bool]) -> None:
    dag = chain(20)
    dag.test("2026-02-03", quiet=True)
    took = []
    for _ in range(5):
        began = time.perf_counter()
        dag.test("2026-02-03", quiet=True)
        took.append(time.perf_counter() - began)
    proof["inprocess.twenty_tasks_ms"] = round(1000 * min(took), 1)
    assert min(took) < 0.1


def test_a_range_includes_its_end_and_dates_are_local() -> None:
    result = chain(1).test(start="2026-02-03", end="2026-02-05", quiet=True)
    assert [result.value("first", run=run) for run in range(3)] == ["2026-02-03", "2026-02-04", "2026-02-05"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"date": "2026-13-01"}, "inprocess.date_unreadable"),
        ({"date": "2026-01-01", "start": "2026-01-01"}, "inprocess.date_and_range"),
        ({"start": "2026-01-01"}, "inprocess.half_a_range"),
        ({"start": "2026-01-02", "end": "2026-01-01"}, "inprocess.empty_range"),
        ({"start": "0001-01-01", "end": "9999-01-01"}, "inprocess.date_unreadable"),
        ({"start": "1900-01-01", "end": "2026-01-01"}, "inprocess.too_many_runs"),
        ({"tasks": ["frist"]}, "inprocess.task_unknown"),
    ],
)
def test_what_can_not_be_run_is_refused(arguments: dict[str, object], code: str) -> None:
    with pytest.raises(MulgilError) as refused:
        chain(1).test(quiet=True, **arguments)
    assert refused.value.text.code == code


def test_retries_are_not_waited_for_and_time_goes_on() -> None:
    seen: list[int] = []
    with DAG("retries", schedule=None) as dag:

        @task(retries=2, retry_delay=timedelta(hours=5))
        def unlucky(try_number: int) -> int:
            seen.append(try_number)
            if try_number < 3:
                raise ValueError(try_number)
            return try_number

        unlucky()
    result = dag.test(quiet=True)
    assert seen == [1, 2, 3]
    assert result.tries("unlucky") == 3


def test_execution_timeouts_end_a_task_by_its_own_process() -> None:
    with DAG("slow", schedule=None) as dag:

        @task(execution_timeout=timedelta(seconds=0.05))
        def slow() -> None:
            try:
                while True:
                    pass
            except Exception:  # noqa: BLE001 - what authors do
                raise AssertionError("a timeout is no Exception of the author's") from None

        slow()
    result = dag.test(quiet=True)
    reason = result.reason("slow")
    assert result.state("slow") == "failed"
    assert reason is not None


def test_tasks_alone_run_without_their_upstream() -> None:
    result = chain(3).test("2026-01-01", tasks=["first"], quiet=True)
    assert result.states() == {"first": "success"}


def test_given_connections_and_variables_come_before_the_homes() -> None:
    with DAG("given", schedule=None) as dag:

        @task
        def look() -> list[object]:
            return [Connection.get("warehouse").host, Variable.get("bucket"), Variable.get("other", "none")]

        look()
    result = dag.test(quiet=True, connections={"warehouse": "duckdb:/tmp/w.duckdb"}, variables={"bucket": "b"})
    assert result.value("look") == ["/tmp/w.duckdb", "b", "none"]


def test_tasks_see_the_clock_that_is_given() -> None:
    from mulgil.sdk import current_runtime

    with DAG("time", schedule=None) as dag:

        @task
        def look() -> datetime:
            return current_runtime().clock.now()

        look()
    instant = datetime(2001, 2, 3, tzinfo=UTC)
    assert dag.test(quiet=True, clock=VirtualClock(instant)).value("look") == instant


def test_what_tasks_print_and_log_is_shown_masked_behind_their_names(capsys: pytest.CaptureFixture[str]) -> None:
    with DAG("loud", schedule=None) as dag:

        @task
        def loud() -> None:
            password = Connection.get("db").password
            print("the password is", password)
            sys.stdout.write("no end")
            logging.getLogger("author").warning("again: %s", password)

        @task.bash
        def shell() -> str:
            return "echo from the shell"

        loud()
        shell()
    dag.test(connections={"db": {"conn_type": "x", "password": "s3cret-word"}})
    out, err = capsys.readouterr()
    assert "loud  │ the password is ***" in err
    assert "loud  │ no end" in err
    assert "again: ***" in err
    assert "shell │ from the shell" in err
    assert "s3cret-word" not in out + err
    assert "1 of 1 runs succeeded" in out


def test_printing_and_logging_are_as_before_afterwards() -> None:
    before = sys.stdout, sys.stderr, logging.getLogger().handlers[:], logging.getLogger().level
    chain(1).test("2026-01-01", quiet=True)
    assert (sys.stdout, sys.stderr, logging.getLogger().handlers[:], logging.getLogger().level) == before


def test_a_dag_file_as_a_program(capsys: pytest.CaptureFixture[str]) -> None:
    with DAG("program", schedule="@daily", start_date="2026-01-01", params={"limit": 1}) as dag:

        @task
        def fail(ds: str, params: dict[str, int]) -> None:
            raise RuntimeError(f"{ds} {params['limit']}")

        fail()
        EmptyOperator(task_id="fine")
    with pytest.raises(SystemExit) as left:
        dag.cli(["--date", "2026-01-02", "--conf", '{"limit": 5}'])
    out, _ = capsys.readouterr()
    assert left.value.code == 1
    assert "2026-01-02 5" in out
    with pytest.raises(SystemExit) as left:
        dag.cli(["--from", "2026-01-02", "--to", "2026-01-03", "--task", "fine"])
    assert left.value.code == 0
    with pytest.raises(SystemExit) as left:
        dag.cli(["--conf", "[]"])
    assert left.value.code == 1


def test_a_terminal_gets_a_bar_and_a_korean_summary() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    set_language(Language.KOREAN)
    out, err = Terminal(), Terminal()
    from mulgil.inprocess import Request, run_shown, surroundings_for

    clock = VirtualClock()
    console = Console(clock, out=out, err=err)
    run_shown(chain(2), Request(first="2026-01-01", last="2026-01-02"), surroundings_for(watcher=console), console)
    assert "━━━━" in err.getvalue()
    assert err.getvalue().endswith("\r\x1b[2K")
    assert "실행 2개 중 2개가 성공했습니다" in out.getvalue()


def test_the_dag_of_a_file_is_chosen(tmp_path: Path) -> None:
    file = tmp_path / "two.py"
    file.write_text('from mulgil import DAG\nfor name in "ab":\n    with DAG(name, schedule=None): pass\n')
    assert choose_dag(file, "b").dag_id == "b"
    with pytest.raises(MulgilError) as refused:
        choose_dag(file)
    assert refused.value.text.code == "inprocess.several_dags"
    file.write_text("x = 1\n")
    with pytest.raises(MulgilError) as refused:
        choose_dag(file)
    assert refused.value.text.code == "inprocess.no_dag"
    file.write_text("x = 1\nx / 0\n")
    with pytest.raises(MulgilError) as refused:
        choose_dag(file)
    assert refused.value.text.fields["line"] == 2


def test_ctrl_c_ends_what_a_task_has_started_and_the_run(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    with DAG("interrupted", schedule=None) as dag:

        @task.bash
        def shell() -> str:
            return f"echo $$ > {pid_file}; sleep 0.3; kill -INT $PPID; sleep 60"

        shell()
    with pytest.raises(KeyboardInterrupt):
        dag.test(quiet=True)
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid_file.read_text()), 0)


def test_an_error_that_tasks_share_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    with DAG("sharing", schedule=None) as dag:
        for name in ("one", "two", "three"):
            load([{"id": 1}], into=Table("nowhere", name), task_id=name)
    assert not dag.test().succeeded
    shown = capsys.readouterr()
    why = "connections set nowhere"
    assert shown.out.count(why) == 1
    assert "one, two, three: " in shown.out
    assert shown.err.count(why) == 1
