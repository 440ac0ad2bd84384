"""Files that can't be imported: each says what is wrong, where and what to do; the others don't suffer."""

from __future__ import annotations

import pytest

from mulgil.dagfiles.parse_output import MOST_PRINTED_BYTES

HEAD = "from mulgil import DAG, EmptyOperator, task\n"
GOOD = "with DAG('good'):\n    EmptyOperator(task_id='only')\n"

CASES = {
    "syntax": ("with DAG('x')\n    pass\n", "dagfiles.syntax_error", 2, "Correct the Python syntax"),
    "missing module": ("import pandass_not_there\n", "dagfiles.missing_module", 2, "pip install pandass-not-there"),
    "renamed module": ("import yaml_not_there_either, sklearn\n", "dagfiles.missing_module", 2, "pip install"),
    "misspelt module": ("import jsn\n", "dagfiles.missing_module_guess", 2, "Did you mean 'json'"),
    "missing name": ("from mulgil import DAGG\n", "dagfiles.missing_name_guess", 2, "Did you mean 'DAG'"),
    "exception": ("\nx = 1\nx / 0\n", "dagfiles.raised", 4, "ZeroDivisionError"),
    "in a function": ("def f():\n    return {}['key']\nf()\n", "dagfiles.raised", 3, "KeyError: 'key'"),
    "exit": ("import sys\nsys.exit(3)\n", "dagfiles.exits", 3, "__main__"),
    "hard exit": ("import os\nos._exit(4)\n", "dagfiles.parser_exited", None, "exit code 4"),
    "segfault": (
        "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n",
        "dagfiles.parser_killed",
        None,
        "SIGSEGV",
    ),
    "recursion": ("def f():\n    f()\nf()\n", "dagfiles.recursion", 3, "recurses"),
    "cycle": (
        "with DAG('x'):\n    a = EmptyOperator(task_id='a')\n    b = EmptyOperator(task_id='b')\n    a >> b >> a\n",
        "sdk.cycle",
        3,
        "a → b → a",
    ),
    "duplicate task": (
        "with DAG('x'):\n    EmptyOperator(task_id='a')\n    EmptyOperator(task_id='a')\n",
        "sdk.duplicate_task_id",
        4,
        "line 3",
    ),
    "duplicate dag": ("DAG('x')\nDAG('x')\n", "sdk.duplicate_dag_id", 3, "line 2"),
    "variable at import": ("from mulgil import Variable\nVariable.get('x')\n", "sdk.variable_outside_task", 3, "task"),
    "misspelt argument": (
        "with DAG('x'):\n    EmptyOperator(task_id='a', retires=3)\n",
        "sdk.unknown_argument_guess",
        3,
        "'retries'",
    ),
    "wrong call": ("with DAG('x'):\n    @task\n    def f(a): ...\n    f()\n", "sdk.missing_argument", 5, "'a'"),
    "airflow": ("from airflow import DAG\n", "dagfiles.imports_airflow", 2, "mulgil"),
    "unserializable param": ("DAG('x', params={'p': object()})\n", "sdk.param_not_json", 2, "no JSON"),
}


@pytest.mark.parametrize("name", CASES)
def test_each_mistake_names_line_and_remedy(installation, name) -> None:
    body, code, line, words = CASES[name]
    installation.write("bad.py", HEAD + body)
    installation.write("good.py", HEAD + GOOD)

    report = installation.step()

    assert report.failed == ("bad.py",)
    assert installation.live_dags() == ["good"]
    (failure,) = installation.store.import_failures()
    assert failure.error.code == code, installation.failures()
    assert words in installation.failures()["bad.py"]
    assert failure.line == line
    assert str(installation.home.dags_folder / "bad.py") in installation.failures()["bad.py"]
    assert "snapshots" not in installation.failures()["bad.py"] + failure.traceback


def test_a_failed_import_in_a_helper_names_both_lines(installation) -> None:
    installation.write("helper.py", "\n\nraise ValueError('no')\n")
    installation.write("bad.py", HEAD + "\nimport helper\n")
    installation.step()
    (failure,) = installation.store.import_failures()
    assert failure.line == 3
    assert f"{installation.home.dags_folder / 'helper.py'}:3" in installation.failures()["bad.py"]
    assert failure.traceback.count("File ") == 2


def test_a_mended_file_loses_its_failure_and_keeps_its_versions_meanwhile(installation) -> None:
    installation.write("file.py", HEAD + GOOD)
    installation.step()
    installation.write("file.py", HEAD + "oops\n" + GOOD)
    installation.step()
    assert installation.live_dags() == ["good"]
    assert "NameError" in installation.failures()["file.py"]

    installation.write("file.py", HEAD + GOOD)
    installation.step()
    assert installation.failures() == {}


def test_a_missing_local_module_mends_itself_when_it_appears(installation) -> None:
    installation.write("bad.py", HEAD + "import own_steps_module\n" + GOOD)
    installation.step()
    assert "own_steps_module" in installation.failures()["bad.py"]

    installation.write("own_steps_module.py", "")
    installation.step()
    assert installation.live_dags() == ["good"]


def test_a_hanging_import_is_stopped_and_its_line_named(impatient) -> None:
    impatient.write("bad.py", HEAD + "import time\n\ndef wait():\n    time.sleep(600)\n\nwait()\n")
    impatient.write("busy.py", HEAD + "while True:\n    pass\n")
    impatient.write("good.py", HEAD + GOOD)
    impatient.step()
    assert impatient.live_dags() == ["good"]
    failures = impatient.failures()
    assert f"{impatient.home.dags_folder / 'bad.py'}:5: the import did not end within 4.0 s" in failures["bad.py"]
    assert f"{impatient.home.dags_folder / 'busy.py'}:" in failures["busy.py"]
    assert {each.file: each.line for each in impatient.store.import_failures()}["bad.py"] == 5

    # Other files' changes don't make it hang again.
    impatient.write("notes.txt", "x")
    impatient.write("good.py", HEAD + GOOD + "    EmptyOperator(task_id='more')\n")
    assert impatient.step().parsed == ("good.py",)


def test_what_is_saved_together_with_a_hanging_file_is_published_while_it_hangs(installation) -> None:
    installation.write("bad.py", HEAD + "while True:\n    pass\n")
    installation.write("worse.py", HEAD + "while True:\n    pass\n")
    installation.write("good.py", HEAD + GOOD)
    installation.processor.look()
    while installation.live_dags() != ["good"]:
        installation.processor.collect(seconds=0.1)
    # Neither has been given up yet: nobody waited for them.
    assert installation.failures() == {}


def test_a_hanging_file_that_is_mended_is_parsed_anew_and_leaves_no_snapshot(installation) -> None:
    installation.write("bad.py", HEAD + "import helper\n")
    installation.write("helper.py", "import time\ntime.sleep(600)\n")
    installation.processor.look()
    installation.write("helper.py", "")
    installation.write("bad.py", HEAD + "import helper\n" + GOOD)

    report = installation.step()

    assert report.parsed == ("bad.py",)
    assert installation.failures() == {}
    folders = [path.name for path in installation.home.snapshots_folder.iterdir() if path.is_dir()]
    assert folders == [installation.version("good").snapshot]


def test_a_helper_that_hangs_is_mended_by_its_own_change(installation) -> None:
    installation.write("bad.py", HEAD + "import helper\n" + GOOD)
    installation.write("helper.py", "import time\ntime.sleep(600)\n")
    installation.processor.look()
    installation.write("helper.py", "")
    assert installation.step().parsed == ("bad.py",)
    assert installation.live_dags() == ["good"]


def test_a_hanging_file_that_is_deleted_is_forgotten(installation) -> None:
    path = installation.write("bad.py", HEAD + "while True:\n    pass\n")
    installation.processor.look()
    path.unlink()
    assert installation.step().parsed == ()
    while not installation.processor.is_settled(patience_seconds=60.0):
        installation.processor.collect(seconds=1.0)
    assert installation.failures() == {}


def test_a_file_that_prints_without_end_fills_no_log(installation, capfd) -> None:
    # With a server that is forked while its output is captured.
    installation.new_processor()
    loud = "import os\nos.write(1, b'first words')\nfor _ in range(100):\n    os.write(2, b'x' * 100_000)\n"
    installation.write("loud.py", HEAD + loud + GOOD)
    installation.step()
    assert installation.failures() == {}
    assert installation.live_dags() == ["good"]
    printed = capfd.readouterr().err
    assert "first words" in printed
    assert "loud.py printed more" in printed
    assert len(printed) < 2 * MOST_PRINTED_BYTES
