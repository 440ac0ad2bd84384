"""The DAG processor on real files and real parse processes."""

from __future__ import annotations

import os

import pytest

from mulgil.dagfiles import BundleError


def test_dags_of_new_files_are_published_and_ring_the_doorbell(installation) -> None:
    installation.write_dag("one.py", "first")
    installation.write_dag("folder/two.py", "second")

    report = installation.step()

    assert report.parsed == ("folder/two.py", "one.py")
    assert sorted(report.changed) == ["first", "second"]
    assert installation.live_dags() == ["first", "second"]
    assert installation.doorbell.rings == 1
    version = installation.version("second")
    assert (version.bundle, version.file, version.number) == ("dags", "folder/two.py", 1)
    assert version.spec.file == "folder/two.py"
    assert (installation.home.snapshots_folder / version.snapshot / "folder/two.py").is_file()


def test_nothing_happens_when_nothing_changed(installation) -> None:
    installation.write_dag("one.py", "first")
    installation.step()

    report = installation.step()

    assert (report.parsed, report.changed) == ((), ())
    assert installation.doorbell.rings == 1


def test_only_what_used_a_changed_file_is_parsed_again(installation) -> None:
    installation.write("shared/steps.py", "NAME = 'a'\n")
    installation.write(
        "user.py",
        """
        from mulgil import DAG, EmptyOperator
        from shared.steps import NAME
        with DAG("user"):
            EmptyOperator(task_id=NAME)
        """,
    )
    installation.write_dag("other.py", "other")
    installation.step()
    before = installation.version("user")

    installation.write("shared/steps.py", "NAME = 'b'\n")
    report = installation.step()

    assert report.parsed == ("user.py",)
    after = installation.version("user")
    assert after.number == before.number + 1
    assert [task.task_id for task in after.spec.tasks] == ["b"]
    old = installation.home.snapshots_folder / before.snapshot / "shared/steps.py"
    assert old.read_text() == "NAME = 'a'\n"


def test_files_and_folders_that_the_import_read_belong_to_the_dag(installation) -> None:
    installation.write(
        "generated.py",
        """
        from pathlib import Path
        from mulgil import DAG, EmptyOperator
        here = Path(__file__).parent
        with DAG("generated"):
            for name in (here / "names.txt").read_text().split():
                EmptyOperator(task_id=name)
            for path in sorted((here / "tables").iterdir()):
                EmptyOperator(task_id=path.stem)
        """,
    )
    installation.write("names.txt", "x y")
    installation.write("tables/a.yaml", "")
    installation.step()
    assert [task.task_id for task in installation.version("generated").spec.tasks] == ["x", "y", "a"]

    installation.write("names.txt", "x z")
    assert installation.step().parsed == ("generated.py",)
    installation.write("tables/b.yaml", "")
    assert installation.step().parsed == ("generated.py",)
    assert [task.task_id for task in installation.version("generated").spec.tasks] == ["x", "z", "a", "b"]


def test_files_that_only_tasks_will_use_belong_to_the_dag_too(installation) -> None:
    installation.write("late.py", "VALUE = 1\n")
    installation.write("sql/query.sql", "select 1")
    installation.write(
        "lazy.py",
        """
        from pathlib import Path
        from mulgil import dag, task
        @dag
        def lazy():
            @task
            def work():
                import late
                return (Path(__file__).parent / "sql" / "query.sql").read_text(), late.VALUE
            work()
        lazy()
        """,
    )
    installation.step()
    first = installation.version("lazy")

    installation.write("late.py", "VALUE = 2\n")
    installation.step()
    second = installation.version("lazy")
    installation.write("sql/query.sql", "select 2")
    installation.step()
    third = installation.version("lazy")

    assert [first.number, second.number, third.number] == [1, 2, 3]


def test_a_change_that_no_dag_uses_parses_nothing_and_copies_nothing(installation) -> None:
    installation.write_dag("one.py", "first")
    installation.step()
    snapshots = sorted(path.name for path in installation.home.snapshots_folder.iterdir())

    installation.write("notes.txt", "unrelated")
    report = installation.step()

    assert report.parsed == ()
    assert sorted(path.name for path in installation.home.snapshots_folder.iterdir()) == snapshots


def test_changing_back_makes_the_old_version_current_again(installation) -> None:
    installation.write_dag("one.py", "first")
    installation.step()
    first = installation.version("first")
    installation.write_dag("one.py", "first", "EmptyOperator(task_id='changed')")
    installation.step()

    installation.write_dag("one.py", "first")
    installation.step()
    again = installation.version("first")
    assert again.version_id == first.version_id
    installation.write_dag("one.py", "first", "EmptyOperator(task_id='third')")
    installation.step()

    for version in installation.store.versions("first"):
        assert (installation.home.snapshots_folder / version.snapshot / "one.py").is_file()


def test_dags_of_deleted_files_become_stale_and_return(installation) -> None:
    path = installation.write_dag("one.py", "first")
    installation.step()

    path.unlink()
    installation.step()
    assert installation.live_dags() == []

    installation.write_dag("moved.py", "first")
    installation.step()
    assert installation.live_dags() == ["first"]
    assert installation.version("first").file == "moved.py"


def test_a_restart_parses_nothing_that_has_not_changed(installation) -> None:
    installation.write_dag("one.py", "first")
    installation.write_dag("two.py", "second")
    installation.step()
    installation.write_dag("two.py", "second", "EmptyOperator(task_id='new')")

    report = installation.new_processor().step()

    assert report.parsed == ("two.py",)
    assert installation.live_dags() == ["first", "second"]


def test_a_restart_on_an_empty_store_publishes_everything(installation) -> None:
    from mulgil.stores.memory import MemoryMetadataStore

    installation.write_dag("one.py", "first")
    installation.step()
    installation.store = MemoryMetadataStore()

    report = installation.new_processor().step()

    assert report.parsed == ()
    assert installation.live_dags() == ["first"]


def test_another_environment_parses_everything_anew(installation) -> None:
    installation.write_dag("one.py", "first")
    installation.step()
    installation.environment = "other"

    assert installation.new_processor().step().parsed == ("one.py",)


def test_ignored_files_are_neither_parsed_nor_copied(installation) -> None:
    installation.write(".mulgilignore", "drafts/\n*.csv\n")
    installation.write_dag("drafts/one.py", "draft")
    installation.write("big.csv", "1,2")
    installation.write_dag("two.py", "second")

    assert installation.step().parsed == ("two.py",)
    snapshot = installation.home.snapshots_folder / installation.version("second").snapshot
    assert not (snapshot / "drafts").exists()
    assert not (snapshot / "big.csv").exists()


def test_snapshots_are_read_only_and_share_unchanged_files(installation) -> None:
    installation.write_dag("one.py", "first")
    installation.write("data.txt", "same")
    installation.step()
    first = installation.home.snapshots_folder / installation.version("first").snapshot
    installation.write_dag("one.py", "first", "EmptyOperator(task_id='b')")
    installation.step()
    second = installation.home.snapshots_folder / installation.version("first").snapshot

    assert first != second
    assert (first / "data.txt").stat().st_ino == (second / "data.txt").stat().st_ino
    assert (installation.home.dags_folder / "data.txt").stat().st_ino != (first / "data.txt").stat().st_ino
    assert (second / "one.py").stat().st_mode & 0o222 == 0


def test_the_parse_server_dies_with_its_owner(installation) -> None:
    pid = installation._servers[-1]
    installation._parsers[-1].close()
    assert os.waitpid(pid, 0)[1] == 0
    installation._servers.pop()


def test_threads_at_import_choose_spawn_and_say_why(installation) -> None:
    installation.write(
        "threads.py",
        """
        import threading
        from mulgil import DAG, EmptyOperator
        threading.Thread(target=threading.Event().wait, name="poller", daemon=True).start()
        with DAG("threads"):
            EmptyOperator(task_id="only")
        """,
    )
    installation.step()
    version = installation.version("threads")
    assert version.isolation == "spawn"
    assert version.isolation_reason is not None
    assert version.isolation_reason.fields["threads"] == "poller"


def test_dag_ids_in_two_files_are_refused_until_one_gives_way(installation) -> None:
    installation.write_dag("a.py", "same")
    installation.write_dag("b.py", "same")
    report = installation.step()
    assert report.failed == ("b.py",)
    assert installation.version("same").file == "a.py"

    installation.write_dag("a.py", "another")
    installation.step()
    assert installation.failures() == {}
    assert installation.version("same").file == "b.py"
    assert sorted(installation.live_dags()) == ["another", "same"]


def test_a_bundle_over_the_limit_is_refused_by_its_largest_file(installation) -> None:
    installation.write_dag("one.py", "first")
    installation.step()
    installation.write_dag("one.py", "first", "EmptyOperator(task_id='b')")
    installation.write("data/big.bin", "x" * 101_000_000)

    with pytest.raises(BundleError, match=r"101 MB; the limit is 100 MB.*data/big\.bin") as refused:
        installation.step()
    installation.processor.report_bundle(refused.value.text)
    assert list(installation.failures()) == ["."]
    assert installation.version("first").number == 1

    installation.write(".mulgilignore", "data/\n")
    installation.step()
    assert installation.failures() == {}
    assert installation.version("first").number == 2


def test_a_missing_bundle_is_refused(installation) -> None:
    installation.home.dags_folder.rmdir()
    with pytest.raises(BundleError, match="can't be read"):
        installation.step()


def test_a_file_that_would_be_imported_instead_of_an_installed_module_parses_anew(
    installation, tmp_path, monkeypatch
) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "installed_steps.py").write_text("NAME = 'installed'\n")
    monkeypatch.syspath_prepend(site)
    installation.new_processor()
    installation.write("user.py", "from installed_steps import NAME\nfrom mulgil import DAG\nDAG(NAME)\n")
    installation.step()
    assert installation.live_dags() == ["installed"]

    installation.write("installed_steps.py", "NAME = 'own'\n")
    assert installation.step().parsed == ("user.py",)
    assert installation.live_dags() == ["own"]


def test_a_store_that_fails_gets_everything_again(installation, monkeypatch) -> None:
    from mulgil.ports import StoreUnavailableError

    def fail(**arguments: object) -> None:
        raise StoreUnavailableError("store.busy")

    installation.write_dag("one.py", "first")
    installation.write_dag("two.py", "second")
    for method in ("forget_files", "publish_file"):
        with monkeypatch.context() as patch:
            patch.setattr(installation.store, method, fail)
            with pytest.raises(StoreUnavailableError):
                installation.step()
        installation.write_dag("one.py", f"after_{method}")

    installation.step()
    assert installation.live_dags() == ["after_publish_file", "second"]
    with monkeypatch.context() as patch:
        patch.setattr(installation.store, "forget_files", fail)
        (installation.home.dags_folder / "two.py").unlink()
        with pytest.raises(StoreUnavailableError):
            installation.step()
    installation.step()
    assert installation.live_dags() == ["after_publish_file"]


def test_everything_is_parsed_anew_when_something_was_installed(installation) -> None:
    installation.write_dag("one.py", "first")
    installation.step()
    installation.processor.parse_anew("other")
    assert installation.step().parsed == ("one.py",)
    assert installation.processor.environment == "other"
    assert installation.step().parsed == ()
