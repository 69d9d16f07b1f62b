"""The files of .github: forms, labels, owners, workflows."""

import re
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]  # comes with MkDocs; its stubs do not

from tools.files import ROOT

FORMS = sorted(path for path in (ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml") if path.name != "config.yml")


@pytest.mark.parametrize("form", FORMS, ids=lambda path: path.stem)
def test_an_issue_form_requires_acceptance_criteria_and_uses_known_labels(form: Path) -> None:
    document = yaml.safe_load(form.read_text("utf-8"))
    required = {part.get("id") for part in document["body"] if part.get("validations", {}).get("required")}
    labels = {label["name"] for label in yaml.safe_load((ROOT / ".github/labels.yml").read_text("utf-8"))}
    assert "acceptance" in required
    assert set(document["labels"]) <= labels


def test_the_contract_form_offers_every_family() -> None:
    document = yaml.safe_load((ROOT / ".github/ISSUE_TEMPLATE/contract_proposal.yml").read_text("utf-8"))
    (family,) = (part for part in document["body"] if part.get("id") == "family")
    assert set(family["attributes"]["options"]) == {path.name for path in (ROOT / "contracts/schemas").iterdir()}


def test_owners_are_teams_and_their_paths_exist() -> None:
    lines = (ROOT / ".github/CODEOWNERS").read_text("utf-8").splitlines()
    for line in filter(lambda line: line and not line.startswith("#"), lines):
        pattern, *owners = line.split()
        assert owners
        assert all(re.fullmatch(r"@dvt/[a-z]+", owner) for owner in owners), line
        assert pattern == "*" or any(ROOT.glob(pattern.strip("/"))), pattern


WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
GATHERED = 'test "$RESULT" = success'


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_workflows_run_nothing_but_nox(workflow: Path) -> None:
    document = yaml.safe_load(workflow.read_text("utf-8"))
    commands = [step["run"] for job in document["jobs"].values() for step in job["steps"] if "run" in step]
    called = {command.split()[:2][-1] for command in commands if command != GATHERED}
    assert called in ({"nox"}, {".ci/run"})  # .ci/run calls nothing else


def test_what_ci_runs_is_nox() -> None:
    lines = (ROOT / ".ci/run").read_text("utf-8").splitlines()
    calls = [line for line in lines if "./dev" in line]
    assert calls
    assert all(call.split("./dev ")[1].startswith("nox") for call in calls)


def test_the_required_check_waits_for_every_other_job() -> None:
    jobs = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text("utf-8"))["jobs"]
    assert set(jobs["required"]["needs"]) == set(jobs) - {"required"}
    assert jobs["required"]["if"] == "always()"
