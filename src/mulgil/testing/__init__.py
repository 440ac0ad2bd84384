"""For tests of pipelines: play a dag in memory, with scripted or real tasks, in any order, on a virtual clock.

`simulate` plays consecutive runs of a dag to their end, or to a standstill, through the real scheduler and
kernel. `load_dags` imports a dag file and compiles its dags. `mulgil.testing.pytest_plugin` has fixtures.
"""

from mulgil.inprocess import (
    Order,
    RequestError,
    Result,
    RunResult,
    VirtualClock,
    first_in,
    last_in,
    seeded,
    wave,
)
from mulgil.testing.loading import load_dags
from mulgil.testing.script import (
    Behaviour,
    Script,
    chooses,
    dies,
    fails,
    gets_lost,
    runs_for_real,
    skips,
    succeeds,
)
from mulgil.testing.simulation import simulate

__all__ = [
    "Behaviour",
    "Order",
    "RequestError",
    "Result",
    "RunResult",
    "Script",
    "VirtualClock",
    "chooses",
    "dies",
    "fails",
    "first_in",
    "gets_lost",
    "last_in",
    "load_dags",
    "runs_for_real",
    "seeded",
    "simulate",
    "skips",
    "succeeds",
    "wave",
]
