"""The DAG processor's side of parsing: several files at once, each with a time limit.

A parse that takes long gives its place to the next one, so that a file that hangs holds up no other.
"""

from __future__ import annotations

import os
import re
import selectors
import signal
import socket
from collections import deque
from collections.abc import Sequence
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
# A parse that runs for longer gives its place to the next one; so many may do so at once.
_SLOW_SECONDS = 1.0
_MOST_SLOW = 8
# More than any dag file's dags take; what goes on answering beyond it isn't ours.
_LONGEST_ANSWER_BYTES = 1 << 28
_outcomes = msgspec.msgpack.Decoder(ParseOutcome)
_exits = msgspec.msgpack.Decoder(ParserExited)
_FRAME = re.compile(r'^  File "(.+)", line (\d+) in ', re.MULTILINE)
_DUMP = b"Current thread "


class _Running:
    def __init__(self, request: ParseRequest, answer: int, now: float, timeout: float) -> None:
        self.request = request
        self.answer = answer
        self.began = now
        self.deadline = now + timeout
        self.data = bytearray()
        self.is_asked = False
        self.is_killed = False
        self.is_cancelled = False
        self.is_closed = False
        self.exit_code: int | None = None

    @property
    def is_over(self) -> bool:
        return self.is_closed and self.exit_code is not None


class Parser:
    """Has files parsed by a parse server; what is done is collected while the rest goes on."""

    def __init__(self, orders: socket.socket, clock: Clock, *, timeout_seconds: float, parallel: int) -> None:
        """Order at `orders`; at most `parallel` files are parsed at once, besides those that take long."""
        self._orders = orders
        self._clock = clock
        self._timeout = timeout_seconds
        self._parallel = parallel
        self._waiting: deque[ParseRequest] = deque()
        self._running: dict[int, _Running] = {}
        self._selector = selectors.DefaultSelector()
        self._selector.register(orders, selectors.EVENT_READ, None)

    def order(self, requests: Sequence[ParseRequest]) -> None:
        """Have files parsed, after those that were ordered before.

        Raises:
            ParseServerError: The parse server is gone.
        """
        self._waiting.extend(requests)
        self._fill()

    def cancel(self, request_id: int) -> None:
        """End a parse whose outcome nobody wants any more."""
        self._waiting = deque(each for each in self._waiting if each.request_id != request_id)
        running = self._running.get(request_id)
        if running is not None and not running.is_cancelled:
            running.is_cancelled = running.is_killed = True
            self._order(Kill(request_id, ask=False))

    def collect(self, *, seconds: float) -> list[tuple[ParseRequest, ParseOutcome]]:
        """Return the outcomes that are there; wait at most `seconds` for something to happen.

        Raises:
            ParseServerError: The parse server is gone.
        """
        due = self.due_in()
        self._wait(seconds if due is None else min(seconds, due))
        over = [each for each in self._running.values() if each.is_over]
        for running in over:
            del self._running[running.request.request_id]
        self._fill()
        return [(each.request, self._outcome(each)) for each in over if not each.is_cancelled]

    def sources(self) -> list[int]:
        """Return the descriptors that are readable when there is something to collect."""
        return [self._orders.fileno(), *(each.answer for each in self._running.values() if not each.is_closed)]

    def due_in(self) -> float | None:
        """Return the seconds until `collect` has something to do even if nothing becomes readable."""
        now = self._clock.monotonic()
        times = [each.deadline for each in self._running.values() if not each.is_killed]
        if self._waiting:
            times += [slow for each in self._running.values() if (slow := each.began + _SLOW_SECONDS) > now]
        return max(0.0, min(times) - now) if times else None

    def waits_only_for_slow(self, *, seconds: float) -> bool:
        """Whether every parse that runs has done so for at least `seconds`, and no other can start meanwhile."""
        now = self._clock.monotonic()
        is_full = not self._waiting or not self._has_room(now)
        return is_full and all(now - each.began >= seconds for each in self._running.values())

    def close(self) -> None:
        """Let the parse server end."""
        self._selector.close()
        self._orders.close()

    def _has_room(self, now: float) -> bool:
        slow = sum(now - each.began >= _SLOW_SECONDS for each in self._running.values())
        return len(self._running) - min(slow, _MOST_SLOW) < self._parallel

    def _fill(self) -> None:
        while self._waiting and self._has_room(self._clock.monotonic()):
            self._start(self._waiting.popleft())

    def _start(self, request: ParseRequest) -> None:
        read, write = os.pipe()
        os.set_blocking(read, False)
        try:
            socket.send_fds(self._orders, [msgspec.msgpack.encode(Parse(request))], [write])
        except OSError as error:
            os.close(read)
            raise ParseServerError("dagfiles.parse_server_gone") from error
        finally:
            os.close(write)
        running = _Running(request, read, self._clock.monotonic(), self._timeout)
        self._running[request.request_id] = running
        self._selector.register(read, selectors.EVENT_READ, running)

    def _wait(self, seconds: float) -> None:
        for key, _ in self._selector.select(seconds):
            if key.data is None:
                self._take_exit()
            else:
                self._take_answer(key.data)
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

    def _take_answer(self, running: _Running) -> None:
        with suppress(BlockingIOError):
            data = os.read(running.answer, _READ_BYTES)
            running.data += data
            if data and running.is_asked and running.data.startswith(_DUMP) and not running.is_killed:
                # It has said where it is.
                running.is_killed = True
                self._order(Kill(running.request.request_id, ask=False))
            if len(running.data) > _LONGEST_ANSWER_BYTES and not running.is_killed:
                running.is_killed = True
                running.data.clear()
                self._order(Kill(running.request.request_id, ask=False))
            if not data:
                self._selector.unregister(running.answer)
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
