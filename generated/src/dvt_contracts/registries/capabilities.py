# Generated from contracts/ by `nox -s generate`. Do not edit.
"""Registry contracts/registries/capabilities/v1/capabilities.json."""

from typing import Final

from dvt_contracts.models.capabilities.v1.capability_registry import CapabilityRegistry

CAPABILITIES: Final = CapabilityRegistry.parse(
    {
        "version": "0.1",
        "capabilities": [
            {
                "capability": "plan.retry",
                "lifecycle": "experimental",
                "description": "Retry policies of steps.",
                "detect": "steps[].retry",
            },
            {
                "capability": "plan.references",
                "lifecycle": "experimental",
                "description": "References to inputs and earlier outputs.",
                "detect": "steps[].with",
            },
            {
                "capability": "plan.fail-fast",
                "lifecycle": "experimental",
                "description": "The failure policy fail-fast.",
                "detect": "onStepFailure",
            },
            {
                "capability": "plan.finish-running",
                "lifecycle": "proposed",
                "description": "The failure policy finish-running.",
                "detect": "onStepFailure",
            },
            {
                "capability": "plan.continue-independent",
                "lifecycle": "proposed",
                "description": "The failure policy continue-independent.",
                "detect": "onStepFailure",
            },
            {
                "capability": "plan.pause-on-failure",
                "lifecycle": "proposed",
                "description": "The failure policy pause.",
                "detect": "onStepFailure",
            },
            {
                "capability": "plan.when",
                "lifecycle": "proposed",
                "description": "Conditions of steps.",
                "detect": "steps[].when",
            },
            {
                "capability": "plan.run-if",
                "lifecycle": "proposed",
                "description": "Clean-up steps, runIf all-done.",
                "detect": "steps[].runIf",
            },
            {
                "capability": "plan.deadline",
                "lifecycle": "proposed",
                "description": "Deadline of a run.",
                "detect": "deadlineMs",
            },
            {
                "capability": "signals.cancel",
                "lifecycle": "experimental",
                "description": "The signal cancel.",
                "detect": "requires",
            },
            {
                "capability": "signals.pause",
                "lifecycle": "proposed",
                "description": "The signals pause and resume.",
                "detect": "requires",
            },
            {
                "capability": "signals.step-control",
                "lifecycle": "proposed",
                "description": "The signals retry step and skip step.",
                "detect": "requires",
            },
            {
                "capability": "signals.retry-run",
                "lifecycle": "proposed",
                "description": "The signal retry run, with reuse of results.",
                "detect": "requires",
            },
            {
                "capability": "signals.update-parameters",
                "lifecycle": "proposed",
                "description": "The signal update parameters.",
                "detect": "requires",
            },
            {
                "capability": "signals.emergency-stop",
                "lifecycle": "proposed",
                "description": "The signal emergency stop.",
                "detect": "requires",
            },
        ],
        "adapters": {
            "temporal": {
                "plan.retry": "native",
                "plan.references": "native",
                "plan.fail-fast": "native",
                "signals.cancel": "native",
            },
            "in-process": {
                "plan.retry": "native",
                "plan.references": "native",
                "plan.fail-fast": "native",
                "signals.cancel": "native",
            },
        },
    }
)
