"""Makes the scenario builder importable for the tests beside it."""

import sys
from pathlib import Path

HERE = str(Path(__file__).resolve().parent)

if HERE not in sys.path:
    sys.path.append(HERE)
