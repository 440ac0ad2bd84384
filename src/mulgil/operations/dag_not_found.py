"""What is said of a dag that doesn't exist: misspelt, or in a file that can't be imported."""

from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher

from mulgil.i18n import nearest_name
from mulgil.model import ImportFailure
from mulgil.ports import NotFoundError

# Dags of one project have similar ids, so only a slip of the finger counts as misspelt.
_REALLY_NEAR = 0.8
_FILES_NAMED = 3


def dag_not_found(dag_id: str, *, known: Iterable[str], failures: Sequence[ImportFailure]) -> NotFoundError:
    """Return the error for a dag id that isn't among `known`, with what may be the cause."""
    nearest = nearest_name(dag_id, known)
    if nearest is not None and SequenceMatcher(None, dag_id.casefold(), nearest.casefold()).ratio() < _REALLY_NEAR:
        nearest = None
    if not failures:
        if nearest is None:
            return NotFoundError("operations.dag_unknown", dag_id=dag_id)
        return NotFoundError("operations.dag_misspelt", dag_id=dag_id, nearest=nearest)
    names = [failure.file for failure in failures[:_FILES_NAMED]]
    files = ", ".join([*names, "…"] if len(failures) > _FILES_NAMED else names)
    if nearest is None:
        return NotFoundError("operations.dag_not_imported", dag_id=dag_id, files=files)
    return NotFoundError("operations.dag_misspelt_or_not_imported", dag_id=dag_id, nearest=nearest, files=files)
