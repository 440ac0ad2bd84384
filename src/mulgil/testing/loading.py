"""Dag files in tests."""

from pathlib import Path

from mulgil.kernel import compile_graph
from mulgil.sdk import DAG, load_dag_file

_BUNDLE = "testing"


def load_dags(file: Path | str) -> dict[str, DAG]:
    """Import a dag file from where it lies and return its dags by id, each compiled as the DAG processor does.

    Raises:
        DagFileError: The file can't be a dag file.
        DagDefinitionError: A dag can't run as it is declared.
        BaseException: Whatever the file's own code raises.
    """
    path = Path(file).resolve()
    loaded = load_dag_file(path.parent, path.name, bundle=_BUNDLE)
    for spec in loaded.specs():
        compile_graph(spec)
    return {dag.dag_id: dag for dag in loaded.dags}
