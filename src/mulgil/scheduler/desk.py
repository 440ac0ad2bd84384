"""Answering what attempts ask, between steps."""

from mulgil.gateway import AttemptQuestions, Gateway
from mulgil.messages import Ask
from mulgil.ports import StoreUnavailableError
from mulgil.scheduler.scheduler import Scheduler


class QuestionDesk:
    """Answers the questions that wait at a gateway, from what is committed.

    While the scheduler holds nothing in memory, or the store doesn't answer, questions wait.
    """

    def __init__(self, gateway: Gateway, scheduler: Scheduler) -> None:
        """Answer for `scheduler`'s attempts."""
        self._gateway = gateway
        self._scheduler = scheduler
        self._questions = AttemptQuestions(scheduler.store, scheduler.dag_of_attempt)
        self._waiting: list[tuple[int, Ask]] = []

    def answer(self) -> bool:
        """Answer what can be answered now; False if questions must wait for another call."""
        self._waiting.extend(self._gateway.questions())
        while self._waiting and self._scheduler.is_loaded:
            conn_id, ask = self._waiting[0]
            try:
                answer = self._questions.answer(ask)
            except StoreUnavailableError:
                break
            self._gateway.answer(conn_id, answer)
            del self._waiting[0]
        return not self._waiting
