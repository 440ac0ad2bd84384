"""The real thing, as a user starts it: `mulgil up` on a scratch home, and the example's outside system."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tools.installation import Installation, wait_until

ROOT = Path(__file__).parents[2]
FLIGHTS = ROOT / "examples" / "nyc_flights"


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    found = Installation(tmp_path / "home")
    yield found
    found.stop()


@pytest.fixture
def flights_api(tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Start the flights API with options; returns its URL."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*options: str) -> str:
        port_file = tmp_path / f"api-{len(started)}.port"
        command = [sys.executable, str(FLIGHTS / "api" / "server.py"), "--port", "0", "--port-file", str(port_file)]
        started.append(subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        wait_until(port_file.exists, 30, "the flights API")
        return f"http://127.0.0.1:{int(port_file.read_text())}"

    yield start
    for process in started:
        process.terminate()
        process.wait(10)
