"""What an attempt may read, and how misspelt names are answered."""

from datetime import UTC, datetime

import pytest

from mulgil.gateway import AttemptQuestions
from mulgil.messages import Ask, GetConnection, GetVariable, GetXCom, Question
from mulgil.model import Connection, DagRun, DagRunState, DataInterval, RunType, Variable, XComValue
from mulgil.ports import Batch, StoreError, StoreUnavailableError
from mulgil.stores.memory import MemoryMetadataStore

NOW = datetime(2024, 1, 1, tzinfo=UTC)


@pytest.fixture
def store() -> MemoryMetadataStore:
    store = MemoryMetadataStore()
    store.put_variable(Variable(key="bucket", value="raw"), by="me", at=NOW)
    store.put_connection(Connection(connection_id="warehouse", conn_type="duckdb", password="p"), by="me", at=NOW)
    batch = Batch()
    for dag_id in ("mine", "other"):
        batch.new_runs.append(
            DagRun(
                dag_id=dag_id,
                run_id="r",
                run_uid=dag_id,
                run_type=RunType.MANUAL,
                state=DagRunState.RUNNING,
                data_interval=DataInterval.at(NOW),
                version_id="v",
                created_at=NOW,
            )
        )
        for index in (1, 0):
            batch.xcoms.append(
                XComValue(
                    dag_id=dag_id, run_id="r", task_id="t", map_index=index, key="k", value=f"{dag_id}{index}".encode()
                )
            )
    store.commit(batch, epoch=store.claim("test"))
    return store


def ask(store: MemoryMetadataStore, question: Question, *, attempt_id: str = "a"):  # type: ignore[no-untyped-def]
    questions = AttemptQuestions(store, {"a": "mine"}.get)
    return questions.answer(Ask(attempt_id, 3, question))


def test_an_attempt_gets_the_xcoms_of_its_own_dag_by_map_index(store: MemoryMetadataStore) -> None:
    answer = ask(store, GetXCom("r", "t", None, "k"))
    assert [xcom.value for xcom in answer.xcoms] == [b"mine0", b"mine1"]
    assert (answer.attempt_id, answer.request_id) == ("a", 3)
    assert ask(store, GetXCom("r", "t", 1, "k")).xcoms[0].value == b"mine1"
    assert ask(store, GetXCom("r", "t", None, "no such key")).xcoms == ()


def test_variables_and_connections_are_given_with_their_secrets(store: MemoryMetadataStore) -> None:
    assert ask(store, GetVariable("bucket")).variable == "raw"
    assert ask(store, GetConnection("warehouse")).connection.password == "p"


@pytest.mark.parametrize(
    ("question", "code", "nearest"),
    [
        (GetVariable("buckit"), "gateway.variable_misspelt", "bucket"),
        (GetVariable("zzz"), "gateway.variable_unknown", None),
        (GetConnection("Warehouse"), "gateway.connection_misspelt", "warehouse"),
        (GetConnection("zzz"), "gateway.connection_unknown", None),
    ],
)
def test_unknown_names_are_answered_with_the_nearest_one(
    store: MemoryMetadataStore, question: Question, code: str, nearest: str | None
) -> None:
    error = ask(store, question).error
    assert error.code == code
    assert error.fields.get("nearest") == nearest


def test_an_attempt_that_has_ended_gets_nothing(store: MemoryMetadataStore) -> None:
    answer = ask(store, GetVariable("bucket"), attempt_id="gone")
    assert answer.error.code == "gateway.attempt_unknown"
    assert answer.variable is None


def test_more_than_a_frame_holds_is_refused_with_the_remedy(
    store: MemoryMetadataStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mulgil.gateway.questions.MAX_ANSWER_BYTES", 9)
    answer = ask(store, GetXCom("r", "t", None, "k"))
    assert answer.error.code == "gateway.xcoms_too_large"
    assert (answer.error.fields["bytes"], answer.xcoms) == (10, None)
    assert len(ask(store, GetXCom("r", "t", 0, "k")).xcoms) == 1


@pytest.mark.parametrize("error", [RecursionError("too deep"), ValueError("damaged"), StoreError("test.damaged")])
def test_what_can_not_be_read_back_fails_its_question_only(
    store: MemoryMetadataStore, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def broken(_: str) -> None:
        raise error

    monkeypatch.setattr(store, "connection", broken)
    answer = ask(store, GetConnection("warehouse"))
    assert answer.error.code == ("test.damaged" if isinstance(error, StoreError) else "gateway.unreadable")
    assert ask(store, GetVariable("bucket")).variable == "raw"


def test_a_store_that_does_not_answer_now_is_the_callers_concern(
    store: MemoryMetadataStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(_: str) -> None:
        raise StoreUnavailableError("store.busy", path="mulgil.db", why="test")

    monkeypatch.setattr(store, "variable", busy)
    with pytest.raises(StoreUnavailableError):
        ask(store, GetVariable("bucket"))
