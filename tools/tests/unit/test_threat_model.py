"""What the threat model owes: ids, proofs, explained assets, one picture."""

import re

from tools.docs.mermaid import fences
from tools.files import ROOT


def test_every_threat_has_an_id_of_its_own_and_a_proof_or_a_row_that_it_waits_for() -> None:
    page = (ROOT / "docs/security/threat-model.md").read_text("utf-8")
    rows = re.findall(r"^\| ((?:L\d|M)\.\d+) \|(.*)\|$", page, re.MULTILINE)
    assert len(rows) > 30
    assert len({name for name, _ in rows}) == len(rows)
    for name, row in rows:
        assert re.search(r"`test_\w+(\.py)?`|\b[A-Z]{3,}-\d{3}\b|pending [A-H]\d", row.rsplit("|", 1)[-1]), name


def test_every_asset_of_a_threat_is_explained() -> None:
    page = (ROOT / "docs/security/threat-model.md").read_text("utf-8")
    explained = set(re.findall(r"^\| (A-\w+):", page, re.MULTILINE))
    used = set(re.findall(r"\| (A-\w+) \|", page))
    assert used == explained


def test_the_trust_lines_of_the_picture_are_those_of_the_tables() -> None:
    page = (ROOT / "docs/security/threat-model.md").read_text("utf-8")
    (picture,) = fences("x", page)
    assert set(re.findall(r"L\d", picture.text)) == set(re.findall(r"^### (L\d)", page, re.MULTILINE))
