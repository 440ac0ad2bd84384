"""Proving a pipeline: the author's own dag on scratch targets, run twice, in another order, later, and killed."""

from mulgil.proving.errors import ProvingError
from mulgil.proving.playing import Subject
from mulgil.proving.proof import Prover
from mulgil.proving.rendering import as_json, as_markdown, as_text, check_line
from mulgil.proving.report import Check, Finding, Proof, Verdict

__all__ = [
    "Check",
    "Finding",
    "Proof",
    "Prover",
    "ProvingError",
    "Subject",
    "Verdict",
    "as_json",
    "as_markdown",
    "as_text",
    "check_line",
]
