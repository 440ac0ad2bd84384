"""What an attempt may read: XComs of its own dag, variables and connections by name."""

from collections.abc import Callable
from typing import Protocol

from mulgil.i18n import MulgilError, Text, nearest_name
from mulgil.messages import Answer, Ask, GetConnection, GetVariable, GetXCom, Question
from mulgil.model import Connection, Variable, XComValue
from mulgil.ports import StoreUnavailableError

# Well below the longest frame.
MAX_ANSWER_BYTES = 32 * 1024 * 1024
_LONGEST_REASON = 500


class QuestionStore(Protocol):
    """The part of the metadata store that questions are answered from."""

    def xcoms(
        self, dag_id: str, run_id: str, task_id: str, *, map_index: int | None, key: str
    ) -> tuple[XComValue, ...]:
        """Return a task's XComs of one key."""
        ...

    def connection(self, connection_id: str) -> Connection | None:
        """Return a connection with its secrets."""
        ...

    def connections(self) -> tuple[Connection, ...]:
        """Return every connection."""
        ...

    def variable(self, key: str) -> Variable | None:
        """Return a variable."""
        ...

    def variables(self) -> tuple[Variable, ...]:
        """Return every variable."""
        ...


class AttemptQuestions:
    """Answers `Ask` messages from the store; nothing is written.

    Only a store that doesn't answer now is the caller's concern. What can't be read is that question's answer.
    """

    def __init__(self, store: QuestionStore, dag_of_attempt: Callable[[str], str | None]) -> None:
        """Read from `store`; `dag_of_attempt` names a live attempt's dag."""
        self._store = store
        self._dag_of_attempt = dag_of_attempt

    def answer(self, ask: Ask) -> Answer:
        """Return the answer to one question; what doesn't exist or can't be read is answered with an error text.

        Raises:
            StoreUnavailableError: The same question may be answered later.
        """
        try:
            return self._answer(ask)
        except StoreUnavailableError:
            raise
        except MulgilError as error:
            return _error(ask, error.text)
        except Exception as error:  # noqa: BLE001 - what is stored may be damaged, and break reading in any way
            kind, why = type(error).__name__, str(error)[:_LONGEST_REASON]
            return _error(ask, Text("gateway.unreadable", {"what": _name(ask.question), "kind": kind, "why": why}))

    def _answer(self, ask: Ask) -> Answer:
        dag_id = self._dag_of_attempt(ask.attempt_id)
        if dag_id is None:
            return _error(ask, Text("gateway.attempt_unknown", {"attempt_id": ask.attempt_id}))
        match ask.question:
            case GetXCom() as wanted:
                found = self._store.xcoms(
                    dag_id, wanted.run_id, wanted.task_id, map_index=wanted.map_index, key=wanted.key
                )
                size = sum(len(xcom.value) for xcom in found)
                if size > MAX_ANSWER_BYTES:
                    return _error(ask, _too_large(wanted, size))
                return Answer(attempt_id=ask.attempt_id, request_id=ask.request_id, xcoms=found)
            case GetVariable(key=key):
                return self._variable(ask, key)
            case GetConnection(connection_id=connection_id):
                return self._connection(ask, connection_id)

    def _variable(self, ask: Ask, key: str) -> Answer:
        variable = self._store.variable(key)
        if variable is not None:
            return Answer(attempt_id=ask.attempt_id, request_id=ask.request_id, variable=variable.value)
        nearest = nearest_name(key, (known.key for known in self._store.variables()))
        if nearest is None:
            return _error(ask, Text("gateway.variable_unknown", {"key": key}))
        return _error(ask, Text("gateway.variable_misspelt", {"key": key, "nearest": nearest}))

    def _connection(self, ask: Ask, connection_id: str) -> Answer:
        connection = self._store.connection(connection_id)
        if connection is not None:
            return Answer(attempt_id=ask.attempt_id, request_id=ask.request_id, connection=connection)
        nearest = nearest_name(connection_id, (known.connection_id for known in self._store.connections()))
        if nearest is None:
            return _error(ask, Text("gateway.connection_unknown", {"connection_id": connection_id}))
        return _error(ask, Text("gateway.connection_misspelt", {"connection_id": connection_id, "nearest": nearest}))


def _name(question: Question) -> str:
    match question:
        case GetXCom(task_id=task_id, key=key):
            return f"XCom '{key}' of task '{task_id}'"
        case GetVariable(key=key):
            return f"variable '{key}'"
        case GetConnection(connection_id=connection_id):
            return f"connection '{connection_id}'"


def _too_large(wanted: GetXCom, size: int) -> Text:
    return Text(
        "gateway.xcoms_too_large",
        {"task_id": wanted.task_id, "key": wanted.key, "bytes": size, "limit": MAX_ANSWER_BYTES},
    )


def _error(ask: Ask, error: Text) -> Answer:
    return Answer(attempt_id=ask.attempt_id, request_id=ask.request_id, error=error)
