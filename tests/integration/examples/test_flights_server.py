"""The API as a process of its own: what a client meets on the wire, and that a client that tries again gets all."""

import http.client
import json
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.enable_socket

SERVER = Path(__file__).resolve().parents[3] / "examples" / "nyc_flights" / "api" / "server.py"
PAGE = "/flights?date=2013-01-05&page=1"

StartServer = Callable[..., int]


@contextmanager
def running_server(port_file: Path, *options: str) -> Iterator[int]:
    command = [sys.executable, str(SERVER), "--port", "0", "--port-file", str(port_file), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            announcement = process.stdout.readline()
            port = int(port_file.read_text(encoding="ascii"))
            assert announcement == f"flights API on http://127.0.0.1:{port}\n"
            yield port
        finally:
            process.terminate()
        assert process.wait(timeout=10) == 0


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[StartServer]:
    """Starts a server with options and returns its port; stops it after the test."""
    with ExitStack() as stack:
        yield lambda *options: stack.enter_context(running_server(tmp_path / "port", *options))


class RetryingClient:
    """Asks again after a 503 or a broken connection, and remembers what it met."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        self.met: list[str] = []

    def get(self, target: str) -> dict[str, Any]:
        for _ in range(2):
            try:
                self.connection.request("GET", target)
                response = self.connection.getresponse()
                body = response.read()
            except ConnectionResetError:
                self.connection.close()
                self.met.append("reset")
                continue
            if response.status == 503:
                assert response.headers["Retry-After"] in {"0", "1"}
                self.met.append("503")
                continue
            assert response.status == 200
            answer: dict[str, Any] = json.loads(body)
            return answer
        raise AssertionError(f"{target} failed twice in a row")

    def day(self, date: str, *, per_page: int) -> list[dict[str, Any]]:
        first = self.get(f"/flights?date={date}&per_page={per_page}&page=1")
        items: list[dict[str, Any]] = first["items"]
        for number in range(2, first["pages"] + 1):
            items += self.get(f"/flights?date={date}&per_page={per_page}&page={number}")["items"]
        assert len(items) == first["total"]
        return items


@pytest.mark.parametrize("per_page", [200, 1000])
def test_two_weeks_arrive_whole_in_spite_of_both_failures(start_server: StartServer, per_page: int) -> None:
    client = RetryingClient(start_server())
    items = [item for day in range(1, 15) for item in client.day(f"2013-01-{day:02}", per_page=per_page)]
    client.connection.close()
    assert len(items) == len({(item["time_hour"], item["carrier"], item["flight"]) for item in items}) == 12_208
    assert set(client.met) == {"503", "reset"}


def test_same_seed_fails_at_the_same_requests(start_server: StartServer) -> None:
    met = []
    for _ in range(2):
        client = RetryingClient(start_server("--seed", "5"))
        client.day("2013-01-01", per_page=20)
        client.connection.close()
        met.append(client.met)
    assert met[0] == met[1] != []


def test_reset_comes_in_the_middle_of_the_body(start_server: StartServer) -> None:
    port = start_server("--reset-rate", "1", "--unavailable-rate", "0")
    received = bytearray()

    def receive_all(connection: socket.socket) -> None:
        while block := connection.recv(65536):
            received.extend(block)

    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(f"GET {PAGE} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        with pytest.raises(ConnectionResetError):
            receive_all(connection)
    header, _, body = bytes(received).partition(b"\r\n\r\n")
    length = re.search(rb"Content-Length: (\d+)", header)
    assert header.startswith(b"HTTP/1.1 200 ")
    assert length is not None
    assert 0 < len(body) <= int(length[1]) // 2


def test_unavailable_says_when_to_come_back(start_server: StartServer) -> None:
    port = start_server("--reset-rate", "0", "--unavailable-rate", "1")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    statuses = []
    for _ in range(4):
        connection.request("GET", PAGE)
        response = connection.getresponse()
        assert json.loads(response.read())
        statuses.append((response.status, "Retry-After" in response.headers))
    connection.close()
    assert statuses == [(503, True), (200, False)] * 2


def test_health_never_fails(start_server: StartServer) -> None:
    client = RetryingClient(start_server("--reset-rate", "1"))
    assert [client.get("/health") for _ in range(3)] == [{"status": "ok"}] * 3
    client.connection.close()
    assert client.met == []


@pytest.mark.parametrize(
    ("option", "last_page"),
    [
        ("--leak-next-day", {"date", "page", "pages", "total", "items"}),
        ("--wrong-shape", {"date", "results"}),
        ("--changing-total", {"date", "page", "pages", "total", "items"}),
    ],
)
def test_options_switch_wrong_answers_on(start_server: StartServer, option: str, last_page: set[str]) -> None:
    client = RetryingClient(start_server(option, "2013-01-05"))
    right, wrong = (client.get(f"/flights?date=2013-01-{day}&page=4") for day in ("12", "05"))
    client.connection.close()
    assert set(right) == {"date", "page", "pages", "total", "items"}
    assert set(wrong) == last_page
    if "total" in last_page:
        assert wrong["total"] == 721


def test_listens_on_one_loopback_address_only(start_server: StartServer) -> None:
    port = start_server()
    with pytest.raises((ConnectionRefusedError, TimeoutError)):
        socket.create_connection(("127.0.0.2", port), timeout=2)
