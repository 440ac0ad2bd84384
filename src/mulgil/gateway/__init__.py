"""The server side of the task protocol, without any I/O: who is connected, what they said, what to tell them."""

from mulgil.gateway.gateway import Gateway
from mulgil.gateway.questions import AttemptQuestions, QuestionStore

__all__ = ["AttemptQuestions", "Gateway", "QuestionStore"]
