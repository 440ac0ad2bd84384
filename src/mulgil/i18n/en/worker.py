"""English texts of the worker."""

MESSAGES = {
    "worker.answer_empty": "the scheduler's answer holds neither a value nor a reason; this is a bug of mulgil",
    "worker.asked_in_fork": (
        "asking for connections, variables or XComs works only in the task's own process, not in one that it has "
        "forked: ask first, and pass the values on"
    ),
    "worker.cut_off": (
        "the task closed the file descriptor by which its end is reported, so what it returned is lost; the lines "
        "above say how it ended: close only what the task itself has opened"
    ),
    "worker.exited": (
        "the task's process ended with exit code {status} before it could report: something in it called os._exit() "
        "or crashed; the lines above may say what"
    ),
    "worker.import_failed": "{file}, line {line}: importing the dag file raised {kind}: {message}",
    "worker.import_timed_out": (
        "importing {file} took longer than {seconds} s and was ended: move slow work out of the file's top level "
        "into tasks, or raise import_timeout_seconds in [worker]"
    ),
    "worker.journal_locked": "the journal {folder} is locked by another process",
    "worker.journal_unlockable": (
        "the journal {folder} of another worker can't be opened ({why}): its tasks wait until that is repaired and a "
        "worker is started anew"
    ),
    "worker.journal_unwritable": (
        "the journal {folder} can't be written ({why}), so no task is started here: make room on the disk, or repair "
        "the folder's permissions"
    ),
    "worker.journal_written": "the journal {folder} can be written again; tasks are started as before",
    "worker.journal_newer": (
        "the journal of a dead worker has format {format}, this version knows up to {supported}: start the newer "
        "version of mulgil once to take its reports over"
    ),
    "worker.killed": "the task's process was killed by {signal}",
    "worker.killed_hard": (
        "the task's process was killed by SIGKILL, not by mulgil: somebody ran `kill -9`, or a memory limit was hit"
    ),
    "worker.killed_oom": (
        "the kernel killed the task's process, most likely because the machine ran out of memory: let the task need "
        "less, or run fewer at once (slots in [worker], a pool)"
    ),
    "worker.leaving": "the worker was about to leave and takes no new work; the task is started elsewhere",
    "worker.log_unwritable": (
        "the task's log {path} can't be written ({why}): make room on the disk, or repair the folder's permissions"
    ),
    "worker.no_process": (
        "the system gave no process for the task ({why}): too many run, or memory is short; the task is started again"
    ),
    "worker.process_broken": (
        "the task's process could not be brought to its end: {kind}: {message}; something in the task closed or "
        "replaced what it shares with mulgil"
    ),
    "worker.progress": "{rows} rows so far",
    "worker.progress_of": "{rows} of {total} rows so far",
    "worker.resolved": "the task's process died after its commit: the target has the data, the task counts as success",
    "worker.stopped": "the worker was told to stop and ended the task; it is started again without counting as a try",
    "worker.task_exited": "the task called sys.exit({code})",
    "worker.timed_out": (
        "the task took longer than its execution_timeout of {seconds} s and was ended: raise the timeout, or make "
        "the task do less"
    ),
    "worker.unfit_event_loop": (
        "importing {file} left an event loop running, so its tasks start in fresh interpreters, which is slower: "
        "start loops inside tasks"
    ),
    "worker.unfit_threads": (
        "importing {file} left threads running ({threads}), so its tasks start in fresh interpreters, which is "
        "slower: start threads inside tasks"
    ),
    "worker.vanished": (
        "a process of the worker died and took the task with it; it is started again without counting as a try"
    ),
    "worker.zygote_died": (
        "the process that had imported {file} died before it could start the task; the task is started again "
        "without counting as a try"
    ),
}
