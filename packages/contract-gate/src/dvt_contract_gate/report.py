"""The report of the gate: for a person, as JSON, and as SARIF for code review tools."""

import json
from importlib.metadata import version

from dvt_contract_gate.checking import Report
from dvt_contract_gate.finding import Finding, Level

_SARIF = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def text_report(report: Report) -> str:
    """Findings as `file:line: rule: message` with what to do below, notes first, and how much was looked at."""
    ordered = sorted(report.findings, key=lambda finding: (finding.level is Level.ERROR, finding))
    lines = [line for finding in ordered for line in _lines(finding)]
    count = report.counts
    lines.append(
        f"{len(report.rules)} rules over {count['schemas']} schemas, {count['examples valid']} valid and "
        f"{count['examples invalid']} invalid examples, {count['vectors']} vectors"
    )
    lines.append(
        f"{count['clauses']} clauses: {count['clauses covered']} covered by a rule, test or vector, "
        f"{count['clauses pending']} pending"
    )
    if report.clean:
        lines.append("the contracts hold")
    else:
        lines.append(f"{len(report.errors)} to correct, rules: {', '.join(sorted(report.red))}")
    return "\n".join(lines)


def _lines(finding: Finding) -> list[str]:
    note = "note: " if finding.level is Level.NOTE else ""
    first = f"{finding.file}:{finding.line}: {note}{finding.message} [{finding.rule}]"
    return [first] if note else [first, f"    do: {finding.advice}"]


def json_report(report: Report) -> str:
    """The report as one JSON document."""
    document = {
        "clean": report.clean,
        "counts": report.counts,
        "rules": [{"id": rule.id, "asks": rule.asks, "red": rule.id in report.red} for rule in report.rules],
        "findings": [
            {
                "rule": finding.rule,
                "level": finding.level.value,
                "file": finding.file,
                "line": finding.line,
                "message": finding.message,
                "advice": finding.advice,
            }
            for finding in report.findings
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def sarif_report(report: Report) -> str:
    """The report as SARIF 2.1.0; places are relative to the repository."""
    index = {rule.id: at for at, rule in enumerate(report.rules)}
    driver = {
        "name": "dvt-contract-gate",
        "semanticVersion": version("dvt-contract-gate"),
        "rules": [{"id": rule.id, "shortDescription": {"text": rule.asks}} for rule in report.rules],
    }
    results = [
        {
            "ruleId": finding.rule,
            "ruleIndex": index[finding.rule],
            "level": finding.level.value,
            "message": {"text": f"{finding.message}. To do: {finding.advice}."},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": finding.file, "uriBaseId": "SRCROOT"},
                        "region": {"startLine": finding.line},
                    }
                }
            ],
        }
        for finding in report.findings
    ]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps({"$schema": _SARIF, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False)
