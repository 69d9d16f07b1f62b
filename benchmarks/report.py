"""Write outcomes as JSON and as a table."""

import os
import platform
import subprocess
from collections.abc import Sequence
from pathlib import Path

from benchmarks.model import Latency, Outcome

ROOT = Path(__file__).resolve().parents[1]
Json = dict[str, "Json | str | int | float | list[float] | None"]


def rounded(value: float) -> float:
    """Keep four significant digits, more would be noise."""
    return float(f"{value:.4g}")


def spread(latency: Latency) -> Json:
    """Return the percentiles as JSON."""
    return {"p50": rounded(latency.p50), "p99": rounded(latency.p99)}


def entry(outcome: Outcome) -> Json:
    """Return one figure's entry of the results file."""
    found: Json = {
        "ours": rounded(outcome.ours),
        "base": rounded(outcome.base),
        "ratio": None if outcome.ratio is None else rounded(outcome.ratio),
        "unit": outcome.figure.unit,
        "runs": outcome.runs,
        "what": outcome.figure.what,
        "ratios": [rounded(ratio) for ratio in outcome.ratios],
    }
    if outcome.ours_latency and outcome.base_latency:
        found["latency"] = {"ours": spread(outcome.ours_latency), "base": spread(outcome.base_latency)}
    return found


def machine() -> Json:
    """Describe the machine as far as figures depend on it; not its name."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text("utf-8").splitlines() if info.exists() else []
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cpu": next(iter(models), platform.processor() or platform.machine()),
        "cores": os.cpu_count() or 0,
        "memoryGib": round(memory / 2**30, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def commit(root: Path = ROOT) -> str:
    """Return the commit that was measured, with a mark when files differ from it; "unknown" without git."""
    try:
        done = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"],
            cwd=root,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()


def table(outcomes: Sequence[Outcome]) -> str:
    """Draw both sides, the ratio and the goal of every figure."""
    rows: list[tuple[str, ...]] = [
        ("id", "what", "ours", "base", "ratio", "goal", "unit", "p50/p99 ours", "p50/p99 base")
    ]
    for outcome in outcomes:
        figure = outcome.figure
        judged = outcome.ours if outcome.ratio is None else outcome.ratio
        mark = {True: " reached", False: " missed", None: ""}[figure.reached(judged)]
        spreads = [
            f"{one.p50:.4g} / {one.p99:.4g}" if one else "" for one in (outcome.ours_latency, outcome.base_latency)
        ]
        ratio = "-" if outcome.ratio is None else f"{outcome.ratio:.3g}"
        goal = "-" if figure.goal is None else f"{figure.goal:g}{mark}"
        numbers = (f"{outcome.ours:.4g}", f"{outcome.base:.4g}", ratio, goal)
        rows.append((figure.id, figure.what, *numbers, figure.unit, *spreads))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
