"""What the DAG processor publishes: versions, current ones, stale dags, failures."""

import msgspec
from store_rows import START, a_failure, a_run, a_version

from mulgil.i18n import render
from mulgil.model import DagBecameStale, DagPublished, DagVersion, ImportFailure
from mulgil.ports import Batch, MetadataStore


def publish(
    store: MetadataStore, *versions: DagVersion, file: str = "f.py", failure: ImportFailure | None = None
) -> tuple[str, ...]:
    return store.publish_file(bundle="dags", file=file, versions=versions, failure=failure, at=START)


def current(store: MetadataStore) -> dict[str, tuple[str, str, bool]]:
    return {dag.dag_id: (dag.version_id, dag.file, dag.is_stale) for dag in store.dags()}


def test_a_new_dag_gets_version_one(store: MetadataStore) -> None:
    assert publish(store, a_version("b"), a_version("a", "v2")) == ("a", "b")
    assert current(store) == {"a": ("v2", "f.py", False), "b": ("v1", "f.py", False)}
    assert store.dag_version("v1") == msgspec.structs.replace(a_version("b"), number=1)
    assert store.dag_version("nobody") is None
    assert [event.payload for event in store.events()] == [DagPublished("v2", 1), DagPublished("v1", 1)]


def test_a_new_dag_is_paused_as_its_author_says(store: MetadataStore) -> None:
    publish(store, a_version("on", "1"), a_version("off", "2", is_paused_upon_creation=True))
    assert {dag.dag_id: dag.is_paused for dag in store.dags()} == {"on": False, "off": True}
    publish(store, a_version("on", "3", is_paused_upon_creation=True), a_version("off", "4"))
    assert {dag.dag_id: dag.is_paused for dag in store.dags()} == {"on": False, "off": True}


def test_publishing_the_same_again_changes_nothing(store: MetadataStore) -> None:
    publish(store, a_version())
    assert publish(store, a_version()) == ()
    assert store.last_event() == 1
    assert [version.number for version in store.versions("d")] == [1]


def test_versions_are_numbered_and_an_old_one_may_come_back(store: MetadataStore) -> None:
    publish(store, a_version(version_id="v1"))
    assert publish(store, a_version(version_id="v2")) == ("d",)
    assert publish(store, a_version(version_id="v1")) == ("d",)
    assert publish(store, a_version(version_id="v3")) == ("d",)
    assert [(version.version_id, version.number) for version in store.versions("d")] == [
        ("v3", 3),
        ("v2", 2),
        ("v1", 1),
    ]
    assert current(store) == {"d": ("v3", "f.py", False)}
    assert [event.payload for event in store.events()][2] == DagPublished("v1", 1)


def test_a_failure_keeps_the_dags_and_success_removes_it(store: MetadataStore) -> None:
    publish(store, a_version())
    assert publish(store, failure=a_failure()) == ()
    assert store.import_failures() == (a_failure(),)
    assert current(store) == {"d": ("v1", "f.py", False)}
    later = msgspec.structs.replace(a_failure(), line=None, traceback="…")
    publish(store, failure=later)
    assert store.import_failures() == (later,)
    assert publish(store, a_version()) == ()
    assert store.import_failures() == ()


def test_failures_come_by_bundle_and_file(store: MetadataStore) -> None:
    publish(store, file="z.py", failure=a_failure("z.py"))
    publish(store, file="a.py", failure=a_failure("a.py"))
    assert [failure.file for failure in store.import_failures()] == ["a.py", "z.py"]


def test_a_dag_that_its_file_no_longer_defines_is_stale(store: MetadataStore) -> None:
    publish(store, a_version("a", "1"), a_version("b", "2"))
    assert publish(store, a_version("a", "1")) == ()
    assert current(store) == {"a": ("1", "f.py", False), "b": ("2", "f.py", True)}
    assert store.events(after=2)[0].payload == DagBecameStale("2")
    assert publish(store, a_version("a", "1")) == ()
    assert store.last_event() == 3


def test_a_stale_dag_comes_back_with_its_switch(store: MetadataStore) -> None:
    publish(store, a_version(is_paused_upon_creation=True))
    publish(store)
    assert current(store) == {"d": ("v1", "f.py", True)}
    assert publish(store, a_version()) == ("d",)
    assert current(store) == {"d": ("v1", "f.py", False)}
    assert store.dags()[0].is_paused
    assert [type(event.payload) for event in store.events()] == [DagPublished, DagBecameStale, DagPublished]


def test_a_dag_id_of_another_file_makes_the_whole_file_a_failure(store: MetadataStore) -> None:
    publish(store, a_version("d", "1"), file="first.py")
    publish(store, a_version("e", "2"), file="second.py")
    clash = [a_version("new", "3", file="second.py"), a_version("d", "4", file="second.py", line=12)]
    assert publish(store, *clash, file="second.py") == ()
    assert current(store) == {"d": ("1", "first.py", False), "e": ("2", "second.py", False)}
    (failure,) = store.import_failures()
    assert (failure.file, failure.line) == ("second.py", 12)
    assert "'d' in second.py is already defined by first.py" in render(failure.error)


def test_a_dag_id_twice_in_one_file_is_a_failure(store: MetadataStore) -> None:
    assert publish(store, a_version("d", "1"), a_version("d", "2")) == ()
    assert store.dags() == ()
    assert "defines dag 'd' twice" in render(store.import_failures()[0].error)


def test_a_moved_dag_is_taken_over_once_its_old_file_is_forgotten(store: MetadataStore) -> None:
    publish(store, a_version(is_paused_upon_creation=True), file="old.py")
    assert store.forget_files(bundle="dags", present=["new.py"], at=START) == ("d",)
    assert publish(store, a_version(version_id="v2"), file="new.py") == ("d",)
    assert current(store) == {"d": ("v2", "new.py", False)}
    assert store.dags()[0].is_paused
    assert store.versions("d")[0].number == 2


def test_forgetting_concerns_one_bundle_and_only_files_that_are_gone(store: MetadataStore) -> None:
    publish(store, a_version("a", "1"), file="here.py")
    publish(store, a_version("c", "3"), a_version("b", "2"), file="gone.py")
    publish(store, file="broken.py", failure=a_failure("broken.py"))
    publish(store, file="here2.py", failure=a_failure("here2.py"))
    store.publish_file(bundle="other", file="gone.py", versions=[a_version("o", "4")], failure=None, at=START)
    foreign = msgspec.structs.replace(a_failure("broken.py"), bundle="other")
    store.publish_file(bundle="other", file="broken.py", versions=[], failure=foreign, at=START)
    before = store.last_event()
    assert store.forget_files(bundle="dags", present=["here.py", "here2.py"], at=START) == ("b", "c")
    assert [event.dag_id for event in store.events(after=before)] == ["b", "c"]
    assert {dag_id for dag_id, (_, _, is_stale) in current(store).items() if is_stale} == {"b", "c"}
    assert [(failure.bundle, failure.file) for failure in store.import_failures()] == [
        ("dags", "here2.py"),
        ("other", "broken.py"),
    ]
    assert store.forget_files(bundle="dags", present=["here.py", "here2.py"], at=START) == ()


def test_versions_stay_when_dags_go_stale_and_runs_point_at_them(store: MetadataStore) -> None:
    epoch = store.claim("s")
    publish(store, a_version())
    store.commit(Batch(new_runs=[a_run()]), epoch=epoch)
    publish(store)
    assert store.dag_version("v1") is not None
