"""Makes the unit tier's `daemon_table` importable here."""

import sys
from pathlib import Path

FOLDER = str(Path(__file__).resolve().parents[2] / "unit" / "worker")
if FOLDER not in sys.path:
    sys.path.append(FOLDER)
