"""Running dags without a server: the real kernel, scheduler step and task runtime on a memory store, in one process.

`try_dag` is `dag.test()`, `run_as_program` is `dag.cli()`; `Session` plays any runs of a dag to their end,
with whatever plays its attempts.
"""

from mulgil.inprocess.attempt import Play, TaskPlayer, XComMemory
from mulgil.inprocess.command import read_conf, read_connections, read_pairs, run_as_program, try_dag
from mulgil.inprocess.configuration import (
    Configuration,
    GivenConfiguration,
    GivenConnection,
    HomeConfiguration,
    NoConfiguration,
    as_connections,
    as_variables,
)
from mulgil.inprocess.console import Console
from mulgil.inprocess.errors import InProcessError, RequestError
from mulgil.inprocess.file import choose_dag
from mulgil.inprocess.order import Order, first_in, last_in, seeded, wave
from mulgil.inprocess.request import GivenDate, intervals_for, make_runs, playable
from mulgil.inprocess.result import Result, RunResult
from mulgil.inprocess.running import OneDag, Request, Surroundings, play_runs, run_dag, run_shown, surroundings_for
from mulgil.inprocess.session import Session
from mulgil.inprocess.waiting import RealWait, SkippingWait, VirtualClock, WaitingClock
from mulgil.inprocess.watcher import Nobody, Watcher

__all__ = [
    "Configuration",
    "Console",
    "GivenConfiguration",
    "GivenConnection",
    "GivenDate",
    "HomeConfiguration",
    "InProcessError",
    "NoConfiguration",
    "Nobody",
    "OneDag",
    "Order",
    "Play",
    "RealWait",
    "Request",
    "RequestError",
    "Result",
    "RunResult",
    "Session",
    "SkippingWait",
    "Surroundings",
    "TaskPlayer",
    "VirtualClock",
    "WaitingClock",
    "Watcher",
    "XComMemory",
    "as_connections",
    "as_variables",
    "choose_dag",
    "first_in",
    "intervals_for",
    "last_in",
    "make_runs",
    "play_runs",
    "playable",
    "read_conf",
    "read_connections",
    "read_pairs",
    "run_as_program",
    "run_dag",
    "run_shown",
    "seeded",
    "surroundings_for",
    "try_dag",
    "wave",
]
