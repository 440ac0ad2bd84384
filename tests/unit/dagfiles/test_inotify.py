"""Being told of changes."""

from __future__ import annotations

import select
from collections.abc import Iterator

import pytest

from mulgil.dagfiles.inotify import FolderWatch


@pytest.fixture
def watch() -> Iterator[FolderWatch]:
    made = FolderWatch()
    yield made
    made.close()


def told(watch: FolderWatch) -> bool:
    ready, _, _ = select.select([watch], [], [], 0)
    return bool(ready)


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "new.py").write_text(""),
        lambda folder: (folder / "old.py").write_text("x"),
        lambda folder: (folder / "old.py").unlink(),
        lambda folder: (folder / "old.py").rename(folder / "moved.py"),
        lambda folder: (folder / "old.py").chmod(0o600),
        lambda folder: (folder / "sub").mkdir(),
        lambda folder: (folder / "link.py").symlink_to(folder / "old.py"),
    ],
)
def test_every_kind_of_change_is_told(watch, tmp_path, change) -> None:
    (tmp_path / "old.py").write_text("")
    assert watch.watch([tmp_path])
    assert not told(watch)
    change(tmp_path)
    assert told(watch)
    watch.drain()
    assert not told(watch)


def test_only_watched_folders_are_told_of(watch, tmp_path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    watch.watch([one, two])
    assert not watch.watch([one])
    watch.drain()
    (two / "x").write_text("")
    assert not told(watch)
    assert watch.watch([one, two])


def test_a_folder_that_was_replaced_counts_as_new_and_a_missing_one_is_passed_over(watch, tmp_path) -> None:
    folder = tmp_path / "one"
    folder.mkdir()
    assert watch.watch([folder])
    folder.rmdir()
    assert not watch.watch([folder])
    folder.mkdir()
    assert watch.watch([folder])
