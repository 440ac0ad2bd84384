"""Makes the scripts of tools/ importable, as they are for one another when they run."""

import sys
from pathlib import Path

TOOLS = str(Path(__file__).resolve().parents[3] / "tools")

if TOOLS not in sys.path:
    sys.path.append(TOOLS)
