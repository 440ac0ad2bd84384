"""An attempt in a fresh interpreter: what `isolation="spawn"` means."""

import sys
from pathlib import Path

import msgspec

from mulgil.config import Home
from mulgil.system import SystemClock
from mulgil.worker.attempt.logs import prepare_streams
from mulgil.worker.attempt.process import run_attempt
from mulgil.worker.attempt.spawn import SpawnArguments
from mulgil.worker.context import WorkerContext


def main() -> None:
    """Run the attempt that the command line's one argument describes."""
    told = msgspec.json.decode(sys.argv[1], type=SpawnArguments)
    home = Home(Path(told.home), Path(told.runtime_root))
    context = WorkerContext(home=home, clock=SystemClock(), lifeline=told.lifeline, faults=told.faults)
    prepare_streams()
    run_attempt(lambda: told.descriptor, context)


if __name__ == "__main__":
    main()
