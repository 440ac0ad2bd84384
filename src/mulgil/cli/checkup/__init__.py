"""What `mulgil doctor` looks at, one file an area: each check is a finding with a verdict and a remedy."""

from mulgil.cli.checkup.clock import check_clock
from mulgil.cli.checkup.connections import check_connections
from mulgil.cli.checkup.dag_files import DagFiles, check_dag_files, parse_dag_files
from mulgil.cli.checkup.finding import Finding, Verdict
from mulgil.cli.checkup.home import check_home
from mulgil.cli.checkup.installation import check_installation

__all__ = [
    "DagFiles",
    "Finding",
    "Verdict",
    "check_clock",
    "check_connections",
    "check_dag_files",
    "check_home",
    "check_installation",
    "parse_dag_files",
]
