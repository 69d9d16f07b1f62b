"""What the workflow module brings along: each run imports it, each worker loads it before its first task."""

import json
import subprocess
import sys

from dvt_temporal_adapter.sandbox import PASSED_THROUGH

LOADED = """
import json, sys
import temporalio.contrib.pydantic, temporalio.workflow
before = set(sys.modules)
import dvt_temporal_adapter.workflow
print(json.dumps(sorted(set(sys.modules) - before)))
"""


def loaded() -> list[str]:
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    names: list[str] = json.loads(done.stdout)
    return names


def test_the_workflow_loads_the_pure_core_and_nothing_heavy() -> None:
    names = loaded()
    outside = {name.partition(".")[0] for name in names} - set(sys.stdlib_module_names)
    assert outside == {"annotated_types", "dvt_contracts", "dvt_engine_core", "dvt_temporal_adapter", "pydantic"}
    assert sorted(name for name in names if name.startswith("dvt_temporal_adapter")) == [
        "dvt_temporal_adapter",
        "dvt_temporal_adapter.driver",
        "dvt_temporal_adapter.messages",
        "dvt_temporal_adapter.policies",
        "dvt_temporal_adapter.workflow",
    ]


def test_a_run_imports_nothing_anew_but_the_workflow_module() -> None:
    own = [name for name in loaded() if name.startswith("dvt_")]
    anew = [name for name in own if not name.startswith(PASSED_THROUGH)]
    assert anew == ["dvt_temporal_adapter", "dvt_temporal_adapter.workflow"]
