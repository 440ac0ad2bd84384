"""The public surface as a type checker sees it: programs that pass, lines that must not."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

PROGRAMS = Path(__file__).parent / "programs"
_ERROR = re.compile(r"^(\S+?):(\d+): error: .*\[([a-z-]+)\]$", re.MULTILINE)
_EXPECTED = re.compile(r"# expect: ([a-z-]+)$")


def test_accepted_programs_pass_and_each_rejected_line_fails_as_expected(tmp_path) -> None:
    files = sorted(PROGRAMS.glob("*.py"))
    command = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "--cache-dir", str(tmp_path)]
    result = subprocess.run([*command, *map(str, files)], capture_output=True, text=True, check=False)
    found = {(Path(file).name, int(line), code) for file, line, code in _ERROR.findall(result.stdout)}
    expected = {
        (file.name, number, match[1])
        for file in files
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if (match := _EXPECTED.search(line))
    }
    assert found == expected, result.stdout + result.stderr
