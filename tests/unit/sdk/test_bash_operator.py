"""Shell commands: output, result, exit codes, environment, ending."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from mulgil.sdk import DAG, BashOperator, TaskCallError, TaskSkipped, running_operator, task


def bash(command: str, **arguments: object) -> BashOperator:
    with DAG("shell", timezone="America/New_York"):
        return BashOperator(task_id="run", bash_command=command, **arguments)


def test_the_output_goes_to_ours_and_the_last_line_is_the_result(runtime, capfdbinary) -> None:
    result = runtime.run(bash("echo {{ ds }}; echo error >&2; echo '  last  '"))
    assert result.value == "  last  "
    assert capfdbinary.readouterr().out == b"2013-01-05\nerror\n  last  \n"


def test_output_without_a_line_end_and_in_no_encoding_passes(runtime, capfdbinary) -> None:
    assert runtime.run(bash(r"printf 'a\r\n\xff'")).value == "\ufffd"
    assert capfdbinary.readouterr().out == b"a\r\n\xff"


def test_no_output_is_an_empty_result(runtime) -> None:
    assert runtime.run(bash("true")).value == ""


def test_an_exit_code_fails_the_task_with_its_last_line(runtime) -> None:
    with pytest.raises(TaskCallError, match=r"exit code 3\. Its last line: broken"):
        runtime.run(bash("echo broken; exit 3"))


def test_a_signal_fails_the_task(runtime) -> None:
    with pytest.raises(TaskCallError, match="signal 9"):
        runtime.run(bash("kill -9 $$"))


def test_exit_code_99_skips(runtime) -> None:
    with pytest.raises(TaskSkipped, match="99"):
        runtime.run(bash("exit 99"))
    with pytest.raises(TaskSkipped):
        runtime.run(bash("exit 7", skip_on_exit_code=[7, 8]))
    with pytest.raises(TaskCallError):
        runtime.run(bash("exit 99", skip_on_exit_code=None))


def test_env_replaces_the_environment_or_adds_to_it(runtime, monkeypatch) -> None:
    monkeypatch.setenv("OURS", "there")
    command = 'echo "$DAY/$OURS"'
    assert runtime.run(bash(command, env={"DAY": "{{ ds }}"})).value == "2013-01-05/"
    assert runtime.run(bash(command, env={"DAY": "{{ ds }}"}, append_env=True)).value == "2013-01-05/there"


def test_cwd_is_where_it_runs(runtime, tmp_path) -> None:
    assert runtime.run(bash("pwd", cwd=str(tmp_path))).value == os.path.realpath(tmp_path)
    with pytest.raises(TaskCallError, match="doesn't exist"):
        runtime.run(bash("pwd", cwd=str(tmp_path / "none")))


def test_what_stays_in_the_background_neither_holds_the_task_nor_outlives_it(runtime, tmp_path) -> None:
    pid_file = tmp_path / "pid"
    started = time.monotonic()
    assert runtime.run(bash(f"sleep 300 & echo $! > {pid_file}; echo done")).value == "done"
    assert time.monotonic() - started < 5
    pid = int(pid_file.read_text())
    while Path(f"/proc/{pid}/stat").exists() and Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z":
        assert time.monotonic() - started < 5


def test_on_kill_ends_the_whole_group(runtime, tmp_path) -> None:
    pid_file = tmp_path / "pid"
    operator = bash(f"echo $$ > {pid_file}; sleep 300; echo never")
    ended: list[BaseException] = []

    def run() -> None:
        deadline = time.monotonic() + 8
        while time.monotonic() < deadline:
            running = running_operator()
            # The command runs, and the operator knows it.
            if pid_file.exists() and pid_file.read_text().strip() and getattr(running, "_process", None):
                running.on_kill()
                return

    killer = threading.Thread(target=run)
    killer.start()
    try:
        runtime.run(operator)
    except TaskCallError as error:
        ended.append(error)
    killer.join()
    assert ended
    assert f"signal {signal.SIGTERM.value}" in str(ended[0])


def test_task_bash_runs_what_the_function_returns(runtime, result_of) -> None:
    with DAG("decorated", timezone="America/New_York") as dag:

        @task
        def word():
            return "hello"

        @task.bash(env={"WHO": "{{ dag.dag_id }}"}, append_env=True)
        def greet(word, ds):
            return f'echo "{word} $WHO {ds} {{{{ ds_nodash }}}}"'

        greet(word())

    assert result_of(dag, "greet") == "hello decorated 2013-01-05 20130105"
    assert dag.to_spec().tasks[1].operator == "@task.bash"


def test_task_bash_must_return_a_command(runtime) -> None:
    with DAG("decorated"):

        @task.bash
        def nothing():
            return None

        operator = nothing().task

    with pytest.raises(TaskCallError, match="returned None"):
        runtime.run(operator)


def test_a_command_that_names_a_script_runs_the_rendered_script(runtime, tmp_path) -> None:
    (tmp_path / "sql").mkdir()
    (tmp_path / "load.sh").write_text("echo loading {{ ds }}; {% include 'sql/more.txt' %}\n")
    (tmp_path / "sql" / "more.txt").write_text("echo {{ params.n }}")
    operator = bash("load.sh", params={"n": 3})
    operator.dag.root_folder = str(tmp_path)
    assert operator.dag.to_spec().tasks[0].task_id == "run"
    assert runtime.run(operator).value == "3"


def test_a_script_that_is_nowhere_is_found_when_the_dag_is_compiled() -> None:
    from mulgil.sdk import DagDefinitionError

    with pytest.raises(DagDefinitionError, match=r"bash_command.*'none\.sh'"):
        bash("none.sh").dag.to_spec()
    for command in ("./none.sh ", "bash none.sh", "/bin/none.sh"):
        assert bash(command).dag.to_spec().tasks
