"""A proof as people read it: in a terminal, as Markdown, as JSON."""

import json
from collections.abc import Iterator

from mulgil.i18n import Text, render
from mulgil.proving.report import Check, Finding, Proof, Verdict

_MARKS = {Verdict.OK: "✓", Verdict.FAILED: "✗", Verdict.SKIPPED: "·", Verdict.DOUBTFUL: "?"}


def check_line(check: Check) -> str:
    """Return a check in one line."""
    tried = render(Text("prove.tried", {"count": check.tried})) if check.tried > 1 else ""
    note = render(check.note) if check.note is not None else ""
    more = " · ".join(part for part in (tried, note) if part)
    return f"{_MARKS[check.verdict]} {render(check.title)}" + (f"  ({more})" if more else "")


def as_text(proof: Proof) -> str:
    """Return what was found, and the verdict; the checks' own lines are told as they end."""
    lines: list[str] = []
    for check in proof.checks:
        for finding in check.findings:
            lines += ["", f"{_MARKS[check.verdict]} {finding.where}: {_what(finding)}"]
            lines += [f"    {sample}" for sample in finding.samples]
            lines += [f"  {line}" for line in _advice(finding)]
    return "\n".join([*lines, "", _verdict(proof)]).lstrip("\n")


def as_markdown(proof: Proof) -> str:
    """Return the whole report."""
    first, last = proof.intervals[0], proof.intervals[-1]
    lines = [
        f"# {render(Text('prove.report_title', {'dag_id': proof.dag_id}))}",
        "",
        render(
            Text(
                "prove.report_head",
                {"file": proof.file, "runs": len(proof.intervals), "first": first, "last": last},
            )
        ),
        "",
        f"**{_verdict(proof)}**",
        "",
        f"| | {render(Text('prove.report_check'))} | {render(Text('prove.report_tried'))} |",
        "|---|---|---|",
        *(
            f"| {_MARKS[check.verdict]} | {render(check.title)}{_noted(check)} | {check.tried} |"
            for check in proof.checks
        ),
        "",
        f"| {render(Text('prove.report_table'))} | {render(Text('prove.report_rows'))} |",
        "|---|---|",
        *(f"| `{name}` | {rows:,} |" for name, rows in proof.tables.items()),
    ]
    for check in proof.checks:
        if check.findings:
            lines += ["", f"## {render(check.title)}"]
        for finding in check.findings:
            lines += ["", f"### `{finding.where}`", "", _what(finding)]
            if finding.samples:
                lines += ["", "```diff", *finding.samples, "```"]
            for line in _advice(finding):
                lines += ["", line]
    return "\n".join([*lines, "", render(Text("prove.report_limits"))]) + "\n"


def _noted(check: Check) -> str:
    return f" ({render(check.note)})" if check.note is not None else ""


def _what(finding: Finding) -> str:
    return render(finding.what) if finding.at is None else f"{render(finding.at)}: {render(finding.what)}"


def _advice(finding: Finding) -> Iterator[str]:
    if finding.cause is not None:
        yield render(finding.cause)
    if finding.remedy is not None:
        yield render(finding.remedy)


def _verdict(proof: Proof) -> str:
    found = sum(len(check.findings) for check in proof.checks if check.verdict is Verdict.FAILED)
    if proof.holds:
        return render(Text("prove.holds", {"dag_id": proof.dag_id, "seconds": proof.seconds}))
    return render(Text("prove.fails", {"dag_id": proof.dag_id, "found": found, "seconds": proof.seconds}))


def as_json(proof: Proof) -> str:
    """Return the report for programs: codes and fields beside the words."""
    return json.dumps(
        {
            "dag_id": proof.dag_id,
            "file": proof.file,
            "holds": proof.holds,
            "seconds": proof.seconds,
            "intervals": list(proof.intervals),
            "tables": proof.tables,
            "checks": [
                {
                    "name": check.name,
                    "verdict": check.verdict.value,
                    "tried": check.tried,
                    "title": render(check.title),
                    "note": None if check.note is None else render(check.note),
                    "findings": [_finding(finding) for finding in check.findings],
                }
                for check in proof.checks
            ],
        },
        ensure_ascii=False,
        indent=2,
    )


def _finding(finding: Finding) -> dict[str, object]:
    def shown(text: Text | None) -> dict[str, object] | None:
        return None if text is None else {"code": text.code, "fields": text.fields, "text": render(text)}

    return {
        "where": finding.where,
        "at": shown(finding.at),
        "what": shown(finding.what),
        "cause": shown(finding.cause),
        "remedy": shown(finding.remedy),
        "samples": list(finding.samples),
    }
