"""A random history driven through the memory store and SQLite at once: they must never be told apart.

Each step is done on both; both give the same result or refuse with the same error. After each step all
that can be read is compared. Now and then the database is closed and opened again.
"""

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from store_rows import (
    START,
    MirrorCipher,
    a_backfill,
    a_backfill_run,
    a_command,
    a_commit,
    a_failure,
    a_run,
    a_version,
    an_attempt,
    an_event,
    an_instance,
    an_xcom,
    day,
)

from mulgil.i18n import MulgilError
from mulgil.messages import Applied
from mulgil.model import (
    AttemptState,
    BackfillRunState,
    BackfillState,
    Connection,
    DagRun,
    DagRunState,
    DagSchedule,
    Pool,
    RunType,
    TaskInstanceState,
    Variable,
)
from mulgil.ports import AnsweredCommand, Batch, MetadataStore
from mulgil.stores.memory import MemoryMetadataStore
from mulgil.stores.sql import SqlMetadataStore, upgrade

dag_ids = st.sampled_from(["d", "e"])
run_ids = st.sampled_from([f"r{number}" for number in range(6)])
files = st.sampled_from(["f.py", "g.py"])
instants = st.integers(0, 3).map(lambda seconds: START + timedelta(seconds=seconds))

runs = st.builds(
    a_run,
    dag_ids,
    run_ids,
    # Few enough that uids, ids and intervals meet now and then, enough that most runs are new.
    run_uid=st.integers(0, 40).map(str),
    run_type=st.sampled_from(RunType),
    state=st.sampled_from(DagRunState),
    data_interval=st.integers(0, 9).map(day),
    created_at=instants,
    note=st.text(max_size=3),
)
instances = st.builds(
    an_instance,
    st.sampled_from(["t", "u"]),
    run_id=st.sampled_from(["r0", "r0", "r0", "r0", "r1"]),
    map_index=st.integers(-1, 1),
    state=st.sampled_from(TaskInstanceState),
    queued_at=st.none() | instants,
)
attempts = st.builds(
    an_attempt,
    st.sampled_from(["a0", "a1", "a2"]),
    state=st.sampled_from(AttemptState),
    queued_at=instants,
)
xcoms = st.builds(
    an_xcom,
    st.sampled_from(["k", "l"]),
    st.binary(max_size=3),
    task_id=st.sampled_from(["t", "u"]),
    map_index=st.integers(-1, 1),
)
commits = st.builds(a_commit, st.sampled_from(["p:1", "p:2"]), st.integers(1, 2), committed_at=instants)
schedules = st.builds(DagSchedule, dag_id=dag_ids, scheduled_until=st.none() | instants, has_run_once=st.booleans())
answers = st.builds(AnsweredCommand, command_id=st.sampled_from(["c0", "c1"]), answer=st.just(Applied()))
backfills = st.builds(
    a_backfill, st.integers(1, 3), dag_id=dag_ids, state=st.sampled_from(BackfillState), max_active=st.integers(1, 3)
)
backfill_runs = st.builds(
    a_backfill_run,
    st.integers(1, 3),
    st.integers(0, 2),
    state=st.sampled_from(BackfillRunState),
    run_id=st.none() | run_ids,
    started_at=st.none() | instants,
)
dropped = st.tuples(dag_ids, run_ids, st.sampled_from(["t", "u"]), st.integers(-1, 1))


def some(rows: st.SearchStrategy[object]) -> st.SearchStrategy[list[object]]:
    return st.lists(rows, max_size=2)


batches = st.builds(
    Batch,
    new_runs=some(runs),
    instances=some(instances),
    attempts=some(attempts),
    dropped_xcoms=some(dropped),
    xcoms=some(xcoms),
    commits=some(commits),
    schedules=some(schedules),
    backfills=some(backfills),
    backfill_runs=st.lists(backfill_runs, max_size=1),
    events=some(st.builds(an_event, st.none() | dag_ids, st.sampled_from(DagRunState))),
)
versions = st.builds(
    lambda dag_id, number, is_paused: a_version(dag_id, f"{dag_id}-{number}", is_paused_upon_creation=is_paused),
    dag_ids,
    st.integers(1, 3),
    st.booleans(),
)


class TwoStores(RuleBasedStateMachine):
    """Does everything twice."""

    fresh: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.path = Path(self.folder.name) / "mulgil.db"
        shutil.copyfile(self.fresh, self.path)
        self.memory = MemoryMetadataStore()
        self.sql = SqlMetadataStore.open(self.path, cipher=MirrorCipher())
        self.both(lambda store: store.claim("s"))
        self.epoch = 1

    def teardown(self) -> None:
        self.sql.close()
        self.folder.cleanup()

    def both(self, step: Callable[[MetadataStore], object]) -> None:
        assert outcome(step, self.memory) == outcome(step, self.sql)

    @initialize(run=runs)
    def begin(self, run: DagRun) -> None:
        batch = Batch(new_runs=[msgspec.structs.replace(run, dag_id="d", run_id="r0")])
        self.both(lambda store: store.commit(batch, epoch=self.epoch))

    @rule()
    def claim(self) -> None:
        self.both(lambda store: store.claim("s"))
        self.epoch += 1

    @rule()
    def reopen(self) -> None:
        self.sql.close()
        self.sql = SqlMetadataStore.open(self.path, cipher=MirrorCipher())

    @rule(batch=batches, behind=st.sampled_from([0] * 9 + [1]))
    def commit(self, batch: Batch, behind: int) -> None:
        self.both(lambda store: store.commit(batch, epoch=self.epoch - behind))

    @rule(data=st.data(), state=st.sampled_from(DagRunState), others=st.sampled_from([0, 0, 0, 1]))
    def change(self, data: st.DataObject, state: DagRunState, others: int) -> None:
        stored = data.draw(st.lists(st.sampled_from(self.memory.runs()), max_size=2))
        changed = [msgspec.structs.replace(run, state=state) for run in stored]
        batch = Batch(runs=changed + [a_run("nobody")] * others, events=[an_event()])
        self.both(lambda store: store.commit(batch, epoch=self.epoch))

    @rule(number=st.integers(0, 1))
    def submit(self, number: int) -> None:
        self.both(lambda store: store.submit(a_command(f"c{number}")))

    @rule(given=some(answers))
    def answer(self, given: list[AnsweredCommand]) -> None:
        self.both(lambda store: store.commit(Batch(answers=given, events=[an_event()]), epoch=self.epoch))

    @rule(file=files, found=st.lists(versions, max_size=3), is_broken=st.sampled_from([False, False, True]))
    def publish(self, file: str, found: list[object], *, is_broken: bool) -> None:
        failure = a_failure(file) if is_broken else None
        self.both(
            lambda store: store.publish_file(
                bundle="dags",
                file=file,
                versions=found,  # type: ignore[arg-type]
                failure=failure,
                at=START,
            )
        )

    @rule(present=st.lists(files))
    def forget(self, present: list[str]) -> None:
        self.both(lambda store: store.forget_files(bundle="dags", present=present, at=START))

    @rule(data=st.data(), is_paused=st.booleans())
    def switch(self, data: st.DataObject, *, is_paused: bool) -> None:
        if self.memory.dags():
            dag = msgspec.structs.replace(data.draw(st.sampled_from(self.memory.dags())), is_paused=is_paused)
            self.both(lambda store: store.commit(Batch(dags=[dag]), epoch=self.epoch))

    @rule(name=st.sampled_from(["a", "default_pool"]), slots=st.integers(-1, 2), is_kept=st.booleans())
    def configure(self, name: str, slots: int, *, is_kept: bool) -> None:
        if is_kept:
            self.both(lambda store: store.put_pool(Pool(name=name, slots=slots), by="", at=START))
            self.both(lambda store: store.put_variable(Variable(key=name, value=str(slots)), by="", at=START))
            connection = Connection(connection_id=name, conn_type="fs", password=str(slots))
            self.both(lambda store: store.put_connection(connection, by="", at=START))
        else:
            self.both(lambda store: store.delete_pool(name, by="", at=START))
            self.both(lambda store: store.delete_variable(name, by="", at=START))
            self.both(lambda store: store.delete_connection(name, by="", at=START))

    @invariant()
    def hold_the_same(self) -> None:
        self.both(lambda store: list(everything(store)))


def outcome(step: Callable[[MetadataStore], object], store: MetadataStore) -> object:
    try:
        return step(store)
    except MulgilError as error:
        return type(error), error.text


def everything(store: MetadataStore) -> Iterator[object]:
    """Read all that a store can show."""
    yield store.runs()
    yield store.runs(dag_id="d", state=DagRunState.RUNNING, limit=2)
    yield store.run_counts()
    yield store.active_runs()
    for run in store.runs():
        yield store.stored_run(run.dag_id, run.run_id)
        yield store.run_of_interval(run.dag_id, run.data_interval)
        yield store.attempts(run.dag_id, run.run_id)
        yield store.asset_commits(run.dag_id, run.run_id)
        yield store.xcoms(run.dag_id, run.run_id, "t", map_index=None, key="k")
    yield store.runs_of_range("d", day(1).start, day(7).start)
    yield store.backfills()
    yield store.backfills(dag_id="d", limit=1)
    yield [store.backfill(number) for number in range(5)]
    yield store.backfill_counts(range(5))
    yield store.active_backfills()
    yield store.last_backfill()
    yield store.schedules()
    yield store.pending_commands()
    yield store.answer("c0")
    yield store.dags()
    yield [store.versions(dag.dag_id) for dag in store.dags()]
    yield store.import_failures()
    yield store.events()
    yield store.events(after=2, limit=3, kinds=("dag_published", "dag_run_changed"), dag_id="d")
    yield store.last_event()
    yield store.pools()
    yield store.connections()
    yield store.variables()


@pytest.mark.parametrize("histories", [80, pytest.param(1000, marks=pytest.mark.long)])
def test_memory_and_sqlite_cannot_be_told_apart(histories: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    TwoStores.fresh = tmp_path_factory.mktemp("two") / "fresh.db"
    upgrade(TwoStores.fresh)
    chosen = settings(max_examples=histories, stateful_step_count=25, deadline=None)
    run_state_machine_as_test(TwoStores, settings=chosen)
