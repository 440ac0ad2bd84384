"""Manifests, names and locks of tables kept as folders of files."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from mulgil.connectors.folder.durable import make_folder
from mulgil.connectors.folder.lock import TableLock
from mulgil.connectors.folder.manifest import LiveFile, Manifest, RetiredFile, decode, encode, read_manifest
from mulgil.connectors.folder.place import TablePlace, partition_folder, place_of, tables_in
from mulgil.data.errors import LedgerFormatError, TargetBusyError, TargetError
from mulgil.data.ledger import CommitRecord, TableEntry
from mulgil.data.patience import Patience
from mulgil.data.target import Column
from mulgil.system import SystemClock


def commit(scope: str, fence: int) -> CommitRecord:
    empty = dict.fromkeys(CommitRecord.__struct_fields__, "")
    numbers = {"fence": fence, "rows": 1, "bytes": 1, "committed_at": 1}
    return msgspec.convert({**empty, **numbers, "scope": scope, "table_name": "main.t"}, CommitRecord)


def manifest() -> Manifest:
    return Manifest(
        table_name="main.t",
        version=3,
        file_format="csv",
        schemas=((Column("id", "BIGINT"),), (Column("id", "BIGINT"), Column("한글", "VARCHAR"))),
        files=(LiveFile(path="_mulgil/data/7-0-ab", rows=1, bytes=2, checksum="sha256:ab", schema=1, scope="p:1"),),
        retired=(RetiredFile(path="_mulgil/data/6-0-cd", version=3, retired_at=5),),
        entry=TableEntry(table_name="main.t", opened=7),
        commits=(commit("p:1", 7), commit("p:2", 5)),
    )


def test_a_manifest_reads_back():
    assert decode(encode(manifest()), Path("m")) == manifest()


def test_other_programs_find_files_and_columns_in_it():
    document = json.loads(encode(manifest()))
    assert [each["path"] for each in document["files"]] == ["_mulgil/data/7-0-ab"]
    assert [each["name"] for each in document["schemas"][-1]] == ["id", "한글"]


def test_fields_of_later_versions_are_ignored():
    document = json.loads(encode(manifest()))
    document["later"] = document["files"][0]["later"] = 1
    assert decode(json.dumps(document).encode(), Path("m")) == manifest()


def test_a_newer_format_is_refused():
    with pytest.raises(LedgerFormatError, match="format 2"):
        decode(encode(msgspec.structs.replace(manifest(), format=2)), Path("m"))


@pytest.mark.parametrize("contents", [b"", b"{", b"[]", b'{"format": 1, "table_name": "t"}', b"\xff"])
def test_a_damaged_manifest_is_named(contents):
    with pytest.raises(TargetError, match=r"manifest there\.json can't be read"):
        decode(contents, Path("there.json"))


def test_the_ledger_is_asked_by_scope_and_fence():
    view = manifest().view(["p:2"], above=6)
    assert [each.scope for each in view.commits] == ["p:1", "p:2"]
    assert [each.scope for each in manifest().view(["p:2"]).commits] == ["p:2"]
    assert len(manifest().view(None).commits) == 2
    assert view.highest_fence == 7


def test_a_commit_replaces_that_of_its_scope():
    after = manifest().with_commits(TableEntry(table_name="main.t"), (commit("p:2", 9),))
    assert [(each.scope, each.fence) for each in after.commits] == [("p:1", 7), ("p:2", 9)]


@pytest.mark.parametrize("spelled", ["flights", "main.flights", "MAIN.Flights"])
def test_a_table_has_one_place_however_it_is_spelled(spelled, tmp_path):
    assert place_of(tmp_path, spelled) == TablePlace(tmp_path, "main", "flights")
    assert place_of(tmp_path, spelled).folder == tmp_path / "main" / "flights"


@pytest.mark.parametrize("name", ["a/b", "~", "%2e%2e%2f", "표", "a b", '"'])
def test_names_stay_in_the_root_and_come_back(name, tmp_path):
    place = place_of(tmp_path, f"s.{name}")
    assert place.folder.resolve().parent == tmp_path / "s"
    make_folder(place.ours)
    place.manifest.touch()
    assert list(tables_in(tmp_path)) == [place]


def test_partition_folders_are_what_other_programs_know():
    assert partition_folder("flight_date", "day", "2013-01-05") == "flight_date_day=2013-01-05"
    assert partition_folder("at", "hour", "2013-01-05T06Z") == "at_hour=2013-01-05T06Z"
    assert partition_folder("word", "value", "a/b=c") == "word_value=a%2Fb%3Dc"
    assert partition_folder("word", "value", None) == "word_value=__HIVE_DEFAULT_PARTITION__"
    assert len(partition_folder("word", "value", "x" * 5000)) < 100


def test_fences_rise_whatever_happens_to_the_counter(tmp_path):
    lock = TableLock(place_of(tmp_path, "t"), Patience(SystemClock(), 1.0))
    assert lock.issue_fence(highest_known=lambda: 0, now_us=10) == 10
    assert lock.issue_fence(highest_known=lambda: 0, now_us=5) == 11
    (tmp_path / "main/t/_mulgil/fence").write_text("nonsense")
    assert lock.issue_fence(highest_known=lambda: 30, now_us=5) == 31
    (tmp_path / "main/t/_mulgil/fence").unlink()
    assert lock.issue_fence(highest_known=lambda: 31, now_us=40) == 40


def test_one_writer_at_a_time(tmp_path):
    lock = TableLock(place_of(tmp_path, "t"), Patience(SystemClock(), 0.05))
    with lock.exclusive():
        with pytest.raises(TargetBusyError, match="lock"), lock.exclusive():
            pass
        with lock.at_once() as held:
            assert held is None
    with lock.at_once() as held:
        assert held is not None


def test_a_lock_whose_file_is_gone_is_no_lock(tmp_path):
    lock = TableLock(place_of(tmp_path, "t"), Patience(SystemClock(), 1.0))
    with lock.exclusive() as held:
        held.require_held()
        file = tmp_path / "main/t/_mulgil/lock"
        file.rename(file.with_name("elsewhere"))
        with pytest.raises(TargetError, match="was removed or replaced"):
            held.require_held()
        with lock.exclusive() as other:
            other.require_held()
            with pytest.raises(TargetError, match="was removed or replaced"):
                held.require_held()


def test_a_table_that_is_only_looked_for_is_not_made(tmp_path):
    place = place_of(tmp_path, "t")
    assert read_manifest(place) is None
    with TableLock(place, Patience(SystemClock(), 1.0)).at_once() as held:
        assert held is None
    assert list(tmp_path.iterdir()) == []
