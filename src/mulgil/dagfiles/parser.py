"""The DAG processor's side of parsing: several files at once, each with a time limit."""

from __future__ import annotations

import os
import re
import selectors
import signal
import socket
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from mulgil.dagfiles.errors import ParseServerError
from mulgil.dagfiles.parsing import Kill, Parse, ParseOutcome, ParseProblem, ParseRequest, ParserExited
from mulgil.i18n import Text
from mulgil.ports import Clock

_READ_BYTES = 1 << 16
# How long a parse that hangs has to say where.
_WORDS_SECONDS = 1.0
_outcomes = msgspec.msgpack.Decoder(ParseOutcome)
_exits = msgspec.msgpack.Decoder(ParserExited)
_FRAME = re.compile(r'^  File "(.+)", line (\d+) in ', re.MULTILINE)
_DUMP = b"Current thread "


class _Running:
    def __init__(self, request: ParseRequest, answer: int, deadline: float) -> None:
        self.request = request
        self.answer = answer
        self.deadline = deadline
        self.data = bytearray()
        self.is_asked = False
        self.is_killed = False
        self.is_closed = False
        self.exit_code: int | None = None

    @property
    def is_over(self) -> bool:
        return self.is_closed and self.exit_code is not None


class Parser:
    """Has files parsed by a parse server; one round at a time."""

    def __init__(self, orders: socket.socket, clock: Clock, *, timeout_seconds: float, parallel: int) -> None:
        """Order at `orders`; at most `parallel` files are parsed at once."""
        self._orders = orders
        self._clock = clock
        self._timeout = timeout_seconds
        self._parallel = parallel
        self._running: dict[int, _Running] = {}

    def parse(self, requests: Sequence[ParseRequest]) -> Iterator[tuple[ParseRequest, ParseOutcome]]:
        """Parse files; yield each outcome when it is there.

        Raises:
            ParseServerError: The parse server is gone.
        """
        waiting = deque(requests)
        with selectors.DefaultSelector() as selector:
            selector.register(self._orders, selectors.EVENT_READ, None)
            while waiting or self._running:
                while waiting and len(self._running) < self._parallel:
                    self._start(waiting.popleft(), selector)
                self._wait(selector)
                for running in [each for each in self._running.values() if each.is_over]:
                    del self._running[running.request.request_id]
                    yield running.request, self._outcome(running)

    def close(self) -> None:
        """Let the parse server end."""
        self._orders.close()

    def _start(self, request: ParseRequest, selector: selectors.BaseSelector) -> None:
        read, write = os.pipe()
        os.set_blocking(read, False)
        try:
            socket.send_fds(self._orders, [msgspec.msgpack.encode(Parse(request))], [write])
        except OSError as error:
            os.close(read)
            raise ParseServerError("dagfiles.parse_server_gone") from error
        finally:
            os.close(write)
        running = _Running(request, read, self._clock.monotonic() + self._timeout)
        self._running[request.request_id] = running
        selector.register(read, selectors.EVENT_READ, running)

    def _wait(self, selector: selectors.BaseSelector) -> None:
        soonest = min((each.deadline for each in self._running.values() if not each.is_killed), default=None)
        timeout = None if soonest is None else max(0.0, soonest - self._clock.monotonic())
        for key, _ in selector.select(timeout):
            if key.data is None:
                self._take_exit()
            else:
                self._take_answer(key.data, selector)
        now = self._clock.monotonic()
        for running in self._running.values():
            if running.deadline <= now and not running.is_killed:
                self._press(running, now)

    def _press(self, running: _Running, now: float) -> None:
        """Ask a parse that takes too long where it is; then end it."""
        running.is_killed = running.is_asked
        self._order(Kill(running.request.request_id, ask=not running.is_asked))
        running.is_asked = True
        running.deadline = now + _WORDS_SECONDS

    def _order(self, order: Kill) -> None:
        try:
            self._orders.send(msgspec.msgpack.encode(order))
        except OSError as error:
            raise ParseServerError("dagfiles.parse_server_gone") from error

    def _take_exit(self) -> None:
        data = self._orders.recv(_READ_BYTES)
        if not data:
            raise ParseServerError("dagfiles.parse_server_gone")
        exited = _exits.decode(data)
        running = self._running.get(exited.request_id)
        if running is not None:
            running.exit_code = exited.code

    def _take_answer(self, running: _Running, selector: selectors.BaseSelector) -> None:
        with suppress(BlockingIOError):
            data = os.read(running.answer, _READ_BYTES)
            running.data += data
            if data and running.is_asked and running.data.startswith(_DUMP) and not running.is_killed:
                # It has said where it is.
                running.is_killed = True
                self._order(Kill(running.request.request_id, ask=False))
            if not data:
                selector.unregister(running.answer)
                os.close(running.answer)
                running.is_closed = True

    def _outcome(self, running: _Running) -> ParseOutcome:
        if running.is_asked:
            return ParseOutcome(problem=_hung(running, self._timeout))
        try:
            return _outcomes.decode(bytes(running.data))
        except msgspec.MsgspecError:
            return ParseOutcome(problem=_died(running))


def _hung(running: _Running, seconds: float) -> ParseProblem:
    """Say where a parse hung: the innermost line of the author's code."""
    request = running.request
    dump = running.data.decode("utf-8", "replace")
    prefix = f"{request.shown_root}/"
    lines = [(file, int(line)) for file, line in _FRAME.findall(dump) if file.startswith(prefix)]
    shown = str(Path(request.shown_root) / request.file)
    if not lines:
        return ParseProblem(Text("dagfiles.hangs", {"file": shown, "seconds": seconds}), None, dump)
    file, line = lines[0]
    own_line = next((number for name, number in lines if name == shown), None)
    return ParseProblem(Text("dagfiles.hangs_at", {"file": file, "line": line, "seconds": seconds}), own_line, dump)


def _died(running: _Running) -> ParseProblem:
    shown = str(Path(running.request.shown_root) / running.request.file)
    code = running.exit_code or 0
    if code < 0:
        name = signal.Signals(-code).name if -code in tuple(signal.Signals) else str(-code)
        return ParseProblem(Text("dagfiles.parser_killed", {"file": shown, "signal": name}))
    return ParseProblem(Text("dagfiles.parser_exited", {"file": shown, "exit_code": code}))
