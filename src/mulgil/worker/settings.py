"""What a worker daemon is told about how to work."""

from datetime import timedelta

import msgspec


class WorkerSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Limits and delays; the defaults are those of a daemon on one machine."""

    # How many attempts run at once; the scheduler keeps to it.
    slots: int = 16
    # Between SIGTERM and SIGKILL.
    kill_grace: timedelta = timedelta(seconds=10)
    # How long the import of a dag file may take.
    import_timeout: timedelta = timedelta(seconds=60)
    # How long a process of an attempt may take to come up, once it was asked for.
    start_timeout: timedelta = timedelta(seconds=60)
    # Imported dag files are kept in memory up to this much together, and this long without use.
    zygote_memory_bytes: int = 512 * 1024 * 1024
    zygote_idle: timedelta = timedelta(minutes=5)
    # How long the target may be asked whether an attempt that died had committed.
    resolver_timeout: timedelta = timedelta(seconds=30)
    # How long a daemon that was told to stop waits for the acknowledgement of its last reports.
    farewell: timedelta = timedelta(seconds=2)
    redial_first: timedelta = timedelta(milliseconds=20)
    redial_longest: timedelta = timedelta(milliseconds=500)
    redial_refused: timedelta = timedelta(seconds=5)
