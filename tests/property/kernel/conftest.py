"""Makes the reference model and the harness importable for the properties beside them."""

import sys
from pathlib import Path

HERE = str(Path(__file__).resolve().parent)

if HERE not in sys.path:
    sys.path.append(HERE)
