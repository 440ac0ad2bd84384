"""A small HTTP API that serves the flights of 2013 as an outside system would: in pages, and not always well.

It listens on the loopback interface only and reads the Parquet files beside it.

    python examples/nyc_flights/api/server.py --port 8013

    GET /flights?date=2013-01-05&page=1&per_page=200     flights that were to leave on that day in New York
    GET /weather?date=2013-01-05&page=1&per_page=200     hourly weather of that day at the three airports
    GET /airlines  /airports  /planes                    lookups, with page and per_page too
    GET /health                                          {"status": "ok"}, never fails

A page is `{"date": …, "page": 1, "pages": 5, "total": 842, "items": [{…}]}` (no `date` for lookups); the items have the
columns of the dataset, null where a value is missing, and `time_hour` as `2013-01-05T10:00:00Z`. A day without data has
no pages; a page after the last has no items. `per_page` is at most 1000. Wrong parameters get a 400, other paths a 404,
both with `{"error": …}`. What goes wrong besides is in `misbehaviour.py`.
"""

import argparse
import json
import os
import signal
import socket
import socketserver
import struct
import sys
from collections.abc import Sequence
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import FrameType

import pyarrow as pa
from flight_data import FlightData
from flights_api import Answer, FlightsApi, Json
from misbehaviour import BadInput, Fault, FaultPlan

DATA = Path(__file__).resolve().parents[1] / "data"
HOST = "127.0.0.1"


class FlightsServer(ThreadingHTTPServer):
    """Serves one `FlightsApi` with the faults of one `FaultPlan`.

    Args:
        api: Answers the requests.
        faults: Decides which of them fail.
        port: The port to listen on; 0 takes a free one.
    """

    request_queue_size = 128

    def __init__(self, api: FlightsApi, faults: FaultPlan, *, port: int) -> None:
        self.api = api
        self.faults = faults
        super().__init__((HOST, port), _Handler)

    def server_bind(self) -> None:
        """Binds without asking a name server for the host's name, as HTTPServer would."""
        socketserver.TCPServer.server_bind(self)
        self.server_name = HOST
        self.server_port = int(self.server_address[1])

    def handle_error(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> None:
        """Stays silent about clients that went away; prints everything else."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: FlightsServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else the body waits for the acknowledgement of the header
    timeout = 60  # ends the thread of a kept-alive connection that its client forgot

    def do_GET(self) -> None:
        answer = self.server.api.answer(self.path)
        fault = None if answer.page is None else self.server.faults.next_fault(answer.page)
        if fault is None:
            self._send(answer)
        elif fault is Fault.RESET:
            self._send_half_and_reset(answer)
        else:
            busy = Answer(status=503, body={"error": "too many requests, try again"})
            self._send(busy, retry_after="1" if fault is Fault.BUSY else "0")

    def _send(self, answer: Answer, *, retry_after: str | None = None) -> None:
        body = _encoded(answer.body)
        self._send_header(answer.status, len(body), retry_after=retry_after)
        self.wfile.write(body)

    def _send_half_and_reset(self, answer: Answer) -> None:
        body = _encoded(answer.body)
        self._send_header(answer.status, len(body))
        self.wfile.write(body[: len(body) // 2])
        # Closing with a linger time of zero sends RST instead of FIN. The file made of the socket is closed first,
        # because it would keep the connection open.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.rfile.close()
        self.connection.close()
        self.close_connection = True

    def _send_header(self, status: int, length: int, *, retry_after: str | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(length))
        if retry_after is not None:
            self.send_header("Retry-After", retry_after)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Writes no access log."""


def _encoded(body: Json) -> bytes:
    return json.dumps(body, separators=(",", ":"), allow_nan=False).encode()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Serve the flights of 2013 on the loopback interface.")
    parser.add_argument("--port", type=int, default=8013, help="port to listen on, 0 for a free one (%(default)s)")
    parser.add_argument("--port-file", type=Path, help="file that receives the port as soon as requests are accepted")
    faults = parser.add_argument_group("failures that a retry overcomes")
    # With this seed both failures meet a client of the first two weeks even if it asks for each day in one page.
    faults.add_argument("--seed", type=int, default=19, help="chooses which requests fail (%(default)s)")
    faults.add_argument("--unavailable-rate", type=float, default=0.05, help="share of 503 answers (%(default)s)")
    faults.add_argument("--reset-rate", type=float, default=0.05, help="share of reset connections (%(default)s)")
    wrong = parser.add_argument_group("wrong answers of /flights (repeatable)")
    for option, text in (
        ("--leak-next-day", "end this date's last page with a flight of the next day"),
        ("--wrong-shape", "answer this date's last page in another shape"),
        ("--changing-total", "let this date's total be greater by one after its first page"),
    ):
        wrong.add_argument(option, type=date.fromisoformat, action="append", default=[], metavar="DATE", help=text)
    return parser


def _server(options: argparse.Namespace) -> FlightsServer:
    bad_input = BadInput(
        leak_next_day=frozenset(options.leak_next_day),
        wrong_shape=frozenset(options.wrong_shape),
        changing_total=frozenset(options.changing_total),
    )
    faults = FaultPlan(seed=options.seed, unavailable_rate=options.unavailable_rate, reset_rate=options.reset_rate)
    data = FlightData(DATA)
    # The first read of a process pays for loading the reader itself; no client should wait for that.
    data.rows_of_day("flights", date(2013, 1, 1))
    return FlightsServer(FlightsApi(data, bad_input=bad_input), faults, port=options.port)


def _write_port(path: Path, port: int) -> None:
    """Writes the file in one step, so that whoever waits for it never reads half a number."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_text(f"{port}\n", encoding="ascii")
    draft.replace(path)


def _stop(signum: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


def main(arguments: Sequence[str] | None = None) -> int:
    """Serves until SIGINT or SIGTERM and returns the exit code."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    # Every connection has its thread, and Arrow's own allocator gives every thread memory that it never returns.
    pa.set_memory_pool(pa.system_memory_pool())
    with _server(options) as server:
        if options.port_file is not None:
            _write_port(options.port_file, server.server_port)
        print(f"flights API on http://{HOST}:{server.server_port}", flush=True)
        server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
