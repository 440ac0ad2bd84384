"""What stores know of tables: the commits that stand, a table's history, and setting them right."""

import msgspec
from store_rows import START, a_commit, a_run

from mulgil.model import AssetCommit, ConfigurationChanged
from mulgil.ports import Batch, MetadataStore, NewAssetCommit


def superseded(new: NewAssetCommit, *, by: int) -> NewAssetCommit:
    commit: AssetCommit = msgspec.structs.replace(new.commit, superseded_by=by)
    return msgspec.structs.replace(new, commit=commit)


def test_the_newest_commit_of_each_scope_stands(store: MetadataStore, epoch: int) -> None:
    old, new, other = a_commit("p:1", 1), a_commit("p:1", 5), a_commit("p:2", 3)
    gone = superseded(a_commit("p:1", 9), by=5)
    store.commit(Batch(new_runs=[a_run()], commits=[new, old, other, gone]), epoch=epoch)
    assert store.standing_commits() == (new, other)


def test_a_table_s_history_comes_newest_first(store: MetadataStore, epoch: int) -> None:
    found = [a_commit("p:1", 1), a_commit("p:2", 2), a_commit("p:1", 2)]
    store.commit(Batch(new_runs=[a_run()], commits=found), epoch=epoch)
    assert store.table_commits("wh", "raw.t") == (found[2], found[1], found[0])
    assert store.table_commits("wh", "raw.t", limit=1) == (found[2],)
    assert store.table_commits("other", "raw.t") == ()


def test_what_the_ledger_says_replaces_the_copy(store: MetadataStore, epoch: int) -> None:
    copy, lost = a_commit("p:1", 1), a_commit("p:2", 2)
    store.commit(Batch(new_runs=[a_run()], commits=[copy]), epoch=epoch)
    right = a_commit("p:1", 1, rows=77)
    store.repair_commits([right, lost], by="ann", at=START)
    assert store.standing_commits() == (right, lost)
    [event] = store.events(kinds=["configuration_changed"])
    assert event.payload == ConfigurationChanged("asset_commits", "wh/raw.t", "reconciled", "ann")
