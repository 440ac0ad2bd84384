"""The worker: a daemon that starts attempts, the processes that they are forked from, and what runs in them."""

from mulgil.worker.settings import WorkerSettings
from mulgil.worker.start import run_worker

__all__ = ["WorkerSettings", "run_worker"]
