"""Say at once, and clearly, that the Python in use can't run mulgil."""

import sys

OLDEST, NEWEST = (3, 11), (3, 13)

if not OLDEST <= sys.version_info[:2] <= NEWEST:
    sys.exit(
        f"mulgil needs Python 3.11 to 3.13, but {sys.executable} is {sys.version.split()[0]}.\n"
        "Choose another one: make PYTHON=python3.12 <target>"
    )
