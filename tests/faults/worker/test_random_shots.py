"""Random SIGKILLs at every kind of process under load: every task ends once, and no two of its attempts overlap."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import defaultdict
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from worker_installation import Installation, Worker, assignment

from mulgil.messages import Ack, Assign, Died, Finished, Lost, Report, Succeeded

TASKS = 300
IN_FLIGHT = 12
SHOTS = 60
SECONDS = 90
DAG = """
import os, time
from mulgil.sdk import DAG, task, get_current_context

def mark(what, attempt):
    file = os.open("{marks}", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(file, f"{what} {attempt}\\n".encode())
    os.close(file)

with DAG("pipeline"):
    @task
    def works():
        # The number of the try tells the attempts of all "tasks" of this test apart.
        attempt = get_current_context()["ti"].try_number
        mark("begins", attempt)
        time.sleep(0.1)
        mark("ends", attempt)
    works()
"""


class Scheduler:
    """Starts every task until it has succeeded, as the real one would: a new attempt for one that is over."""

    def __init__(self, installation: Installation) -> None:
        self.gateway = installation.gateway
        self.waiting = list(range(TASKS))
        self.tries: dict[int, int] = defaultdict(int)
        self.current: dict[str, int] = {}
        self.done: list[int] = []
        self.died: list[int] = []
        self.lost = 0
        self._hellos = len(self.gateway.hellos)

    def step(self) -> None:
        with suppress(AssertionError):
            # Without a connection nothing can be sent: the next hello says what is known.
            self._dispatch()
        self.gateway.listen_for(0.005)
        for hello in self.gateway.hellos[self._hellos :]:
            held = {*hello.live, *hello.reported}
            # Buried or never received: neither will be reported any more.
            for attempt_id in [known for known in self.current if known not in held]:
                self._again(attempt_id)
        self._hellos = len(self.gateway.hellos)
        heard, self.gateway.heard[:] = list(self.gateway.heard), []
        reports = tuple(message.report for message in heard if isinstance(message, Finished))
        for report in reports:
            self._over(report)
        self._acknowledge(reports)

    def _dispatch(self) -> None:
        while self.waiting and len(self.current) < IN_FLIGHT:
            number = self.waiting[0]
            attempt_id = f"{number}-{self.tries[number]}"
            self.gateway.send(Assign(assignment("works", attempt_id=attempt_id, try_number=self._code(number))))
            self.waiting.pop(0)
            self.current[attempt_id] = number

    def _code(self, number: int) -> int:
        return number * 1000 + self.tries[number]

    def _over(self, report: Report) -> None:
        number = self.current.pop(report.attempt_id, None)
        if number is None:
            return
        if isinstance(report.outcome, Succeeded):
            self.done.append(number)
            return
        assert isinstance(report.outcome, Died | Lost), report
        if isinstance(report.outcome, Died):
            self.died.append(number)
        self.tries[number] += 1
        self.waiting.append(number)

    def _again(self, attempt_id: str) -> None:
        number = self.current.pop(attempt_id)
        self.lost += 1
        self.tries[number] += 1
        self.waiting.append(number)

    def _acknowledge(self, reports: tuple[Report, ...]) -> None:
        if reports:
            with suppress(AssertionError):
                self.gateway.send(Ack(tuple(report.attempt_id for report in reports)))


def _shoot(chance: random.Random, worker: Worker) -> str | None:
    """Kill a random process of a random kind; return the kind that was hit."""
    kind = chance.choice(["mulgil-task", "mulgil-task", "mulgil-zygote", "mulgil-nursery", "daemon"])
    if kind == "daemon":
        worker.process.send_signal(signal.SIGKILL)
        worker.process.wait()
        return kind
    with suppress(psutil.NoSuchProcess, ProcessLookupError):
        # A process that was just forked still has its parent's name.
        found = [process for process in worker.descendants() if process.name() == kind]
        targets = [process.pid for process in found if psutil.Process(process.ppid()).name() != kind]
        if targets:
            os.kill(chance.choice(sorted(targets)), signal.SIGKILL)
            return kind
    return None


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_random_shots(installation: Installation, seed: int) -> None:
    marks = installation.home.path / "marks"
    installation.write_dag(DAG.replace("{marks}", str(marks)))
    chance = random.Random(seed)
    worker = installation.start_worker()
    scheduler = Scheduler(installation)
    hits: dict[str, int] = defaultdict(int)
    next_shot = time.monotonic()
    end = time.monotonic() + SECONDS
    while len(scheduler.done) < TASKS:
        assert time.monotonic() < end, (len(scheduler.done), scheduler.current, worker.errors.read_text()[-2000:])
        scheduler.step()
        if worker.process.poll() is not None:
            worker = Worker(installation.home)
            installation.workers.append(worker)
        elif time.monotonic() >= next_shot and sum(hits.values()) < SHOTS:
            next_shot = time.monotonic() + chance.uniform(0.02, 0.1)
            if (hit := _shoot(chance, worker)) is not None:
                hits[hit] += 1
    assert sorted(scheduler.done) == list(range(TASKS))
    assert sum(hits.values()) >= SHOTS // 3, dict(hits)
    assert len(scheduler.died) <= hits["mulgil-task"]
    _check_marks(marks)
    assert "Traceback" not in worker.errors.read_text()


def _check_marks(marks: Path) -> None:
    """Each attempt's end follows its own begin, with no other attempt of the same task between them."""
    running: dict[int, int] = {}
    begun: set[int] = set()
    for line in marks.read_text().splitlines():
        what, code = line.split()[0], int(line.split()[1])
        number = code // 1000
        if what == "begins":
            assert code not in begun, f"attempt {code} began twice"
            begun.add(code)
            running[number] = code
        else:
            assert running[number] == code, f"attempt {code} ended while {running[number]} ran"
