"""The tests that the how-to on testing shows pass."""

import inspect
import subprocess
import sys
from pathlib import Path

from pages import REPOSITORY, blocks

from mulgil import testing
from mulgil.sdk.in_process import DagTestArguments
from mulgil.testing import simulate

PAGE = REPOSITORY / "docs" / "howto" / "test-a-pipeline.md"


def test_the_pages_own_tests_pass(tmp_path: Path) -> None:
    found = list(blocks(PAGE.read_text(encoding="utf-8")))
    [dag] = [block for block in found if block.info == "python runnable"]
    tests = [block for block in found if block.info == "python test"]
    (tmp_path / "sales.py").write_text(dag.body, encoding="utf-8")
    for number, block in enumerate(tests):
        (tmp_path / f"test_{number}.py").write_text(block.body, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", str(tmp_path / "none.ini")]
    (tmp_path / "none.ini").write_text("[pytest]\n", encoding="utf-8")
    done = subprocess.run([*command, str(tmp_path)], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(tests) > 3


def test_every_argument_of_the_calls_is_named() -> None:
    text = (REPOSITORY / "docs" / "reference" / "authoring.md").read_text(encoding="utf-8")
    howto = PAGE.read_text(encoding="utf-8")
    calls = {*inspect.signature(simulate).parameters, *DagTestArguments.__annotations__}
    assert [name for name in calls - {"dag"} if f"{name}=" not in text] == []
    assert [name for name in testing.__all__ if name[0].islower() and name not in howto] == []
