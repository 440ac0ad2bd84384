"""The scheduler: a thin shell that gathers what happened, asks the kernel, commits once, then acts.

`Scheduler.step` is the whole loop body, without thread, socket or waiting; `run_scheduler` is the
process around it.
"""

from mulgil.scheduler.desk import QuestionDesk
from mulgil.scheduler.limits import SchedulerLimits
from mulgil.scheduler.process import SchedulerProcess, Surroundings, run_scheduler
from mulgil.scheduler.scheduler import Scheduler

__all__ = ["QuestionDesk", "Scheduler", "SchedulerLimits", "SchedulerProcess", "Surroundings", "run_scheduler"]
