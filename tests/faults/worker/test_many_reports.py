"""More unacknowledged reports than any one message holds: all are delivered, by their daemon or by its successor."""

import os
import signal

from worker_installation import Installation, assignment, wait_gone

from mulgil.messages import Ack, Assign, Finished, Report, Succeeded
from mulgil.messages.framing import MAX_FRAME_BYTES

KEYS, VALUE_BYTES, ATTEMPTS = 270, 47_000, 8
DAG = f"""
from mulgil.sdk import DAG, task

with DAG("pipeline"):
    @task(multiple_outputs=True)
    def much():
        return {{f"key_{{number}}": "x" * {VALUE_BYTES} for number in range({KEYS})}}

    much()
"""
NAMES = tuple(f"attempt{number}" for number in range(ATTEMPTS))


def test_a_hundred_megabytes_of_reports_outlive_gateway_and_daemon(installation: Installation) -> None:
    assert max(100_000_000, MAX_FRAME_BYTES) < KEYS * VALUE_BYTES * ATTEMPTS
    installation.write_dag(DAG)
    first = installation.start_worker(slots=2)
    gateway = installation.gateway
    gateway.send(*(Assign(assignment("much", attempt_id=name)) for name in NAMES))
    _check([gateway.report(name, acknowledge=False) for name in NAMES])
    gateway.close()
    gateway.heard.clear()
    gateway.listen()
    assert set(gateway.accept().reported) == set(NAMES)
    _check([gateway.report(name, acknowledge=False) for name in NAMES])
    gateway.heard.clear()
    os.kill(first.pid, signal.SIGKILL)
    wait_gone(first.pid)
    second = installation.start_worker()
    assert set(gateway.hellos[-1].reported) == set(NAMES)
    _check([gateway.report(name, acknowledge=False) for name in NAMES])
    gateway.send(Ack(NAMES))
    gateway.wait(lambda: len(list(installation.home.journal_folder.iterdir())) == 1, "the end of the journal")
    assert second.process.poll() is None
    assert len([one for one in gateway.heard if isinstance(one, Finished)]) == ATTEMPTS


def _check(reports: list[Report]) -> None:
    for report in reports:
        assert report.outcome == Succeeded()
        assert sum(len(xcom.value) for xcom in report.xcoms) >= KEYS * VALUE_BYTES
