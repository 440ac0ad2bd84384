"""Admission: ready task instances against slots, and queued runs against `max_active_runs`."""

from mulgil.kernel.admission.admission import Admission
from mulgil.kernel.admission.candidate import Candidate, candidate_for
from mulgil.kernel.admission.run_limit import may_start_run, why_run_waits

__all__ = ["Admission", "Candidate", "candidate_for", "may_start_run", "why_run_waits"]
