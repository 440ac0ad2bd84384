"""Pools, connections and variables: each change is an event without its value."""

import pytest
from store_rows import START

from mulgil.model import DEFAULT_POOL, ConfigurationChanged, Connection, Pool, Variable
from mulgil.ports import MetadataStore, StoreError

FULL = Connection(
    connection_id="wh",
    conn_type="postgres",
    host="db.example",
    port=5432,
    schema="public",
    login="ann",
    password="pässword",
    extra={
        "sslmode": "require",
        "timeout": 3,
        "ratio": 0.5,
        "keepalive": True,
        "none": None,
        "headers": {"accept": ["json", None], "retry": {"times": 3}},
    },
    description="the warehouse",
)


def changes(store: MetadataStore) -> list[ConfigurationChanged]:
    return [event.payload for event in store.events() if isinstance(event.payload, ConfigurationChanged)]


def test_the_default_pool_is_always_there(store: MetadataStore) -> None:
    assert store.pools() == (Pool(name=DEFAULT_POOL, slots=128),)
    with pytest.raises(StoreError, match="can't be deleted"):
        store.delete_pool(DEFAULT_POOL, by="ann", at=START)
    store.put_pool(Pool(name=DEFAULT_POOL, slots=-1), by="ann", at=START)
    assert store.pools() == (Pool(name=DEFAULT_POOL, slots=-1),)


def test_pools_are_created_changed_and_deleted(store: MetadataStore) -> None:
    store.put_pool(Pool(name="a", slots=1), by="ann", at=START)
    store.put_pool(Pool(name="a", slots=2, description="two"), by="bob", at=START)
    assert store.pools() == (Pool(name="a", slots=2, description="two"), Pool(name=DEFAULT_POOL, slots=128))
    assert store.delete_pool("a", by="ann", at=START)
    assert not store.delete_pool("a", by="ann", at=START)
    assert changes(store) == [
        ConfigurationChanged("pool", "a", "created", "ann"),
        ConfigurationChanged("pool", "a", "changed", "bob"),
        ConfigurationChanged("pool", "a", "deleted", "ann"),
    ]


def test_connections_are_read_back_with_their_secrets(store: MetadataStore) -> None:
    plain = Connection(connection_id="files", conn_type="fs")
    store.put_connection(FULL, by="ann", at=START)
    store.put_connection(plain, by="ann", at=START)
    assert store.connections() == (plain, FULL)
    assert store.connection("wh") == FULL
    assert store.connection("nobody") is None
    assert store.delete_connection("wh", by="ann", at=START)
    assert not store.delete_connection("wh", by="ann", at=START)
    assert store.connections() == (plain,)
    assert [change.action for change in changes(store)] == ["created", "created", "deleted"]


def test_variables_are_read_back(store: MetadataStore) -> None:
    store.put_variable(Variable(key="k", value="비밀"), by="ann", at=START)
    store.put_variable(Variable(key="k", value="", description="d"), by="ann", at=START)
    store.put_variable(Variable(key="a", value="1"), by="ann", at=START)
    assert store.variables() == (Variable(key="a", value="1"), Variable(key="k", value="", description="d"))
    assert store.variable("k") == Variable(key="k", value="", description="d")
    assert store.variable("nobody") is None
    assert store.delete_variable("k", by="ann", at=START)
    assert not store.delete_variable("k", by="ann", at=START)


def test_no_event_holds_a_value(store: MetadataStore) -> None:
    store.put_connection(FULL, by="ann", at=START)
    store.put_variable(Variable(key="k", value="s3cret"), by="ann", at=START)
    assert "s3cret" not in repr(store.events())
    assert "pässword" not in repr(store.events())
