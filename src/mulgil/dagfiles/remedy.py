"""From whatever an import raised to what its author reads: what happened, in which line, and what to do."""

from __future__ import annotations

import re
import sys
import traceback
from collections.abc import Iterable
from pathlib import Path
from types import MappingProxyType, TracebackType

from mulgil.dagfiles.parsing import ParseProblem
from mulgil.i18n import FieldValue, MulgilError, Text

_MISSING_NAME = re.compile(r"cannot import name '(?P<name>.+?)' from '(?P<module>.+?)'")
# Modules whose distribution has another name.
_DISTRIBUTIONS = MappingProxyType(
    {
        "PIL": "pillow",
        "attr": "attrs",
        "bs4": "beautifulsoup4",
        "cv2": "opencv-python",
        "dateutil": "python-dateutil",
        "dotenv": "python-dotenv",
        "google": "google-cloud-core",
        "jwt": "pyjwt",
        "psycopg2": "psycopg2-binary",
        "serial": "pyserial",
        "skimage": "scikit-image",
        "sklearn": "scikit-learn",
        "yaml": "pyyaml",
    }
)


def describe_problem(error: BaseException, *, file: str, shown_root: Path) -> ParseProblem:
    """Return the problem that importing `file` (relative to the bundle) had."""
    shown = str(shown_root / file)
    frames = list(_author_frames(error.__traceback__, shown_root))
    place, line = frames[-1] if frames else (shown, 0)
    text = _text(error, place, line, shown_root)
    own_line = next((number for name, number in reversed(frames) if name == shown), None)
    named = text.fields.get("line") if text.fields.get("file") == shown else None
    return ParseProblem(text, named if isinstance(named, int) else own_line, _traceback(error, shown_root))


def _text(error: BaseException, place: str, line: int, shown_root: Path) -> Text:
    if isinstance(error, MulgilError):
        return error.text
    if isinstance(error, SyntaxError):
        return Text(
            "dagfiles.syntax_error",
            {
                "file": error.filename or place,
                "line": error.lineno or line,
                "message": error.msg or "invalid syntax",
                "code": (error.text or "").strip()[:200],
            },
        )
    where: dict[str, FieldValue] = {"file": place, "line": line}
    if isinstance(error, ModuleNotFoundError) and error.name:
        return _missing_module(error.name, where, shown_root)
    if isinstance(error, ImportError) and (missing := _MISSING_NAME.match(str(error))):
        return _missing_name(missing["name"], missing["module"], where)
    if isinstance(error, ImportError):
        return Text("dagfiles.import_failed", {"message": str(error)[:500], **where})
    if isinstance(error, SystemExit):
        return Text("dagfiles.exits", {"code": str(error.code), **where})
    if isinstance(error, RecursionError):
        return Text("dagfiles.recursion", where)
    return Text("dagfiles.raised", {"kind": type(error).__name__, "message": str(error)[:500], **where})


def _missing_name(name: str, module: str, where: dict[str, FieldValue]) -> Text:
    guess = _nearest(name, dir(sys.modules[module])) if module in sys.modules else None
    if guess is not None:
        return Text("dagfiles.missing_name_guess", {"name": name, "module": module, "guess": guess, **where})
    return Text("dagfiles.missing_name", {"name": name, "module": module, **where})


def _missing_module(name: str, where: dict[str, FieldValue], shown_root: Path) -> Text:
    top = name.partition(".")[0]
    if top == "airflow":
        return Text("dagfiles.imports_airflow", {"module": name, **where})
    guess = _nearest(name, _local_modules(shown_root)) or _nearest(top, sys.stdlib_module_names)
    if guess is not None:
        return Text("dagfiles.missing_module_guess", {"module": name, "guess": guess, **where})
    if "." in name and top in sys.modules:
        return Text("dagfiles.missing_submodule", {"module": name, "package": top, **where})
    distribution = _DISTRIBUTIONS.get(top, top.replace("_", "-"))
    return Text(
        "dagfiles.missing_module", {"module": name, "distribution": distribution, "folder": str(shown_root), **where}
    )


def _local_modules(root: Path) -> set[str]:
    try:
        return {path.stem for path in root.glob("*.py")} | {path.name for path in root.iterdir() if path.is_dir()}
    except OSError:
        return set()


def _nearest(name: str, known: Iterable[str]) -> str | None:
    from difflib import get_close_matches

    found = get_close_matches(name, sorted(known), n=1, cutoff=0.75)
    return found[0] if found else None


def _author_frames(trace: TracebackType | None, shown_root: Path) -> Iterable[tuple[str, int]]:
    prefix = f"{shown_root}/"
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if name.startswith(prefix):
            yield name, trace.tb_lineno
        trace = trace.tb_next


def _traceback(error: BaseException, shown_root: Path) -> str:
    """Return the traceback from the author's first line on, without the frames of the import machinery."""
    report = traceback.TracebackException.from_exception(error, limit=-60)
    prefix = f"{shown_root}/"
    frames = [frame for frame in report.stack if "importlib" not in frame.filename]
    first = next((number for number, frame in enumerate(frames) if frame.filename.startswith(prefix)), len(frames))
    report.stack = traceback.StackSummary.from_list(frames[first:])
    return "".join(report.format())[-20000:]
