"""What the tests of the documentation share: where the pages are, and how they are read."""

import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]

for folder in (REPOSITORY / "tools", Path(__file__).resolve().parent):
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
