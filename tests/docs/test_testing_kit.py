"""The tests that the how-to on testing shows pass."""

import subprocess
import sys
from pathlib import Path

from pages import REPOSITORY, blocks

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
