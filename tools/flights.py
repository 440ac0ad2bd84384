"""The flights example's independent check, for tests: plain Python that imports nothing of mulgil."""

import importlib.util
import sys
from datetime import date
from pathlib import Path
from typing import Any

REFERENCE = Path(__file__).resolve().parents[1] / "examples" / "nyc_flights" / "reference.py"


def reference_totals(first: date, last: date) -> dict[str, Any]:
    """Return the totals of a range of days, both included, as JSON has them."""
    spec = importlib.util.spec_from_file_location("flights_reference", REFERENCE)
    if spec is None or spec.loader is None:
        raise ImportError(str(REFERENCE))
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    totals: dict[str, Any] = module.exported_totals(first=first, last=last).as_json()
    return totals
