"""Every setting, with its type, default, limits and description: the one table.

A section is a struct, a setting a field of it. The description in the field's annotation is what the
settings reference prints; `setting_docs` walks the same table. A setting is written in `mulgil.toml` as
`key = value` under `[section]`, or in the environment as `MULGIL__SECTION__KEY`, which wins.
"""

from typing import Annotated, get_args, get_type_hints

import msgspec
from msgspec import Meta

from mulgil.i18n import Language
from mulgil.model import ExecutorName

_FEWEST_SLOTS = 16
_SLOTS_PER_CPU = 4


class CoreSettings(msgspec.Struct, frozen=True, kw_only=True):
    """`[core]`: what concerns the whole installation."""

    parallelism: Annotated[int, Meta(ge=1, description="How many task instances may run at once, over all dags.")] = 32
    executor: Annotated[
        ExecutorName,
        Meta(description="Where tasks run: `LocalExecutor`, or `SequentialExecutor` for one task at a time."),
    ] = ExecutorName.LOCAL
    language: Annotated[
        Language | None,
        Meta(description="The language of messages, `en` or `ko`; by default the locale's."),
    ] = None


class SchedulerSettings(msgspec.Struct, frozen=True, kw_only=True):
    """`[scheduler]`: the scheduling loop."""

    poll_seconds: Annotated[
        float,
        Meta(gt=0, description="How often the scheduler looks for commands and dags that nobody rang for."),
    ] = 5.0


class WorkerSettings(msgspec.Struct, frozen=True, kw_only=True):
    """`[worker]`: the daemon on each machine that runs tasks."""

    slots: Annotated[
        int, Meta(ge=0, description="How many tasks the daemon runs at once; 0 = 4 per CPU, at least 16.")
    ] = 0
    zygote_idle_seconds: Annotated[
        float, Meta(gt=0, description="After how long without work a zygote (a process with a dag's imports) ends.")
    ] = 300.0
    zygote_memory_mb: Annotated[
        int, Meta(ge=1, description="How much memory idle zygotes may hold together; the longest idle end first.")
    ] = 512
    import_timeout_seconds: Annotated[
        float, Meta(gt=0, description="How long importing a dag file may take before its tasks fail.")
    ] = 60.0
    kill_grace_seconds: Annotated[
        float, Meta(ge=0, description="How long a task that is told to end has between SIGTERM and SIGKILL.")
    ] = 10.0

    def slots_on(self, cpus: int) -> int:
        """Return how many tasks run at once on a machine with `cpus` CPUs."""
        return self.slots or max(_FEWEST_SLOTS, _SLOTS_PER_CPU * cpus)


class DagfilesSettings(msgspec.Struct, frozen=True, kw_only=True):
    """`[dagfiles]`: finding and parsing dag files."""

    scan_seconds: Annotated[
        float,
        Meta(gt=0, description="How often the dags folder is looked through where the system can't tell of changes."),
    ] = 2.0
    parse_timeout_seconds: Annotated[
        float, Meta(gt=0, description="How long parsing one dag file may take before it counts as broken.")
    ] = 30.0
    snapshot_limit_mb: Annotated[
        int, Meta(ge=1, description="How large the dags folder may be; ignored files don't count.")
    ] = 100


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All settings of one process, read once at its start."""

    core: CoreSettings = CoreSettings()
    scheduler: SchedulerSettings = SchedulerSettings()
    worker: WorkerSettings = WorkerSettings()
    dagfiles: DagfilesSettings = DagfilesSettings()


class SettingDoc(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the settings reference."""

    section: str
    key: str
    variable: str
    default: str
    description: str


def sections() -> dict[str, type[msgspec.Struct]]:
    """Return every section's struct by its name."""
    return {field.name: field.type for field in msgspec.structs.fields(Settings)}


def variable_name(section: str, key: str) -> str:
    """Return the environment variable that gives a setting."""
    return f"MULGIL__{section}__{key}".upper()


def setting_docs() -> tuple[SettingDoc, ...]:
    """Return every setting as the reference shows it, in the order of the table."""
    docs: list[SettingDoc] = []
    for section, struct in sections().items():
        annotations = get_type_hints(struct, include_extras=True)
        for field in msgspec.structs.fields(struct):
            metas = (part for part in get_args(annotations[field.name]) if isinstance(part, Meta))
            docs.append(
                SettingDoc(
                    section=section,
                    key=field.name,
                    variable=variable_name(section, field.name),
                    default="" if field.default is None else str(field.default),
                    description=next((meta.description for meta in metas if meta.description), ""),
                )
            )
    return tuple(docs)
