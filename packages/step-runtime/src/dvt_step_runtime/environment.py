"""What programs find in their environment."""

import os

from dvt_engine_core.ports.execution import StepCall

_PASSED_ON = ("HOME", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "LOGNAME", "PATH", "TMPDIR", "TZ", "USER")


def minimal_environment() -> dict[str, str]:
    """What most programs need of the worker's environment; never its settings and secrets."""
    found = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {"PATH": os.defpath, **found}


def step_environment(call: StepCall) -> dict[str, str]:
    """The step, for programs."""
    return {
        "DVT_RUN_ID": call.run.run_id,
        "DVT_STEP_ID": call.step_id,
        "DVT_ATTEMPT": str(call.attempt),
        "DVT_EFFECT_KEY": call.effect_key,
    }
