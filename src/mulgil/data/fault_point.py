"""Named places in the write path where a test harness may kill, hang or break a process.

    K0  before *open*
    K1  the fence is issued; no source is read yet
    K2  the private stage exists, empty
    K3  in the middle of staging
    K4  staged whole, not audited
    K5  audited, nothing announced or published
    K6  inside the publish: data and ledger rows are written, not committed
    K6c committed, and the target's acknowledgement is on its way (may be dropped)
    K7  committed and acknowledged, not reported
    K8  reported, own stage still there
    K9  cleaned

Armed by one string, read once from the environment by `config`:

    K6:kill                               SIGKILL this process at K6
    K3:hang,task=load_flights             wait there for ever, in this task only
    K5:raise,once=/tmp/marker             raise, once: the marker file is made when it fires
    K6c:drop,once=/tmp/a;K7:kill          several, separated by semicolons

Unarmed, `hit` walks an empty tuple.
"""

import os
import signal
from enum import StrEnum
from pathlib import Path

import msgspec

from mulgil.data.errors import ConnectionLostError, DeclarationError, FaultInjectedError


class FaultPoint(StrEnum):
    """One named place in the write path."""

    K0 = "K0"
    K1 = "K1"
    K2 = "K2"
    K3 = "K3"
    K4 = "K4"
    K5 = "K5"
    K6 = "K6"
    K6C = "K6c"
    K7 = "K7"
    K8 = "K8"
    K9 = "K9"


class FaultAction(StrEnum):
    """What an armed point does. `DROP` breaks the connection as the target's answer arrives."""

    KILL = "kill"
    HANG = "hang"
    RAISE = "raise"
    DROP = "drop"


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One armed point; without `task` it fires in every task, without `once` every time."""

    point: FaultPoint
    action: FaultAction
    task: str | None = None
    once: str | None = None


class FaultPlan(msgspec.Struct, frozen=True):
    """What is armed in this process; empty in every process that nobody tests."""

    faults: tuple[Fault, ...] = ()

    @classmethod
    def parse(cls, text: str | None) -> "FaultPlan":
        """Read the armed points from `text`.

        Raises:
            DeclarationError: The text names no such point, action or option.
        """
        parts = [part.strip() for part in (text or "").split(";")]
        return cls(tuple(_parse_fault(part) for part in parts if part))

    def hit(self, point: str, *, task_id: str) -> None:
        """Do what is armed at `point` (the name of a `FaultPoint`), if anything is."""
        for fault in self.faults:
            if fault.point.value == point and fault.task in (None, task_id) and _claim(fault.once):
                _fire(fault)


def _parse_fault(text: str) -> Fault:
    head, *options = text.split(",")
    point, _, action = head.partition(":")
    given = dict(option.partition("=")[::2] for option in options)
    try:
        return msgspec.convert({"point": point, "action": action, **given}, Fault)
    except msgspec.ValidationError as error:
        known = ", ".join(FaultPoint)
        raise DeclarationError("data.fault_unreadable", fault=text, points=known, detail=str(error)) from error


def _claim(marker: str | None) -> bool:
    if marker is None:
        return True
    try:
        Path(marker).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def _fire(fault: Fault) -> None:
    match fault.action:
        case FaultAction.KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        case FaultAction.HANG:
            while True:
                signal.pause()
        case FaultAction.RAISE:
            raise FaultInjectedError("data.fault_injected", point=fault.point.value)
        case FaultAction.DROP:
            raise ConnectionLostError("data.connection_lost", target="fault point", detail=fault.point.value)
