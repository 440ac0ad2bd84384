"""Makes `daemon_table`, the state table with a clock that tests set, importable."""

import sys
from pathlib import Path

HERE = str(Path(__file__).parent)
if HERE not in sys.path:
    sys.path.append(HERE)
