"""Write the table of signals and roles into docs/security/rbac.md, from the registry of signals."""

import re
from pathlib import Path

from tools.docs.contract_page import cell
from tools.docs.json_nodes import nodes, read, text
from tools.files import ROOT

TABLE = ROOT / "contracts" / "registries" / "signals" / "v1" / "signal_table.json"
PAGE = ROOT / "docs" / "security" / "rbac.md"
PLACE = re.compile(r"(<!-- signals -->\n).*?(<!-- /signals -->)", re.DOTALL)


def table(registry: Path = TABLE) -> str:
    """Return the table: which signal needs which role, whether a reason, and what it does."""
    rows = [
        f"| `{text(signal, 'signal')}` | `{text(signal, 'role')}` "
        f"| {'yes' if signal.get('reasonRequired') is True else 'no'} | {cell(text(signal, 'does'))} |"
        for signal in nodes(read(registry).get("signals"))
    ]
    return "\n".join(["| signal | from role | reason needed | does |", "|---|---|---|---|", *rows])


def page(path: Path = PAGE) -> str:
    """Return the page with the table of today; raises ValueError where it has no place for one."""
    filled, places = PLACE.subn(lambda found: f"{found[1]}{table()}\n{found[2]}", path.read_text("utf-8"))
    if places != 1:
        raise ValueError(f"{path.name}: one place between <!-- signals --> and <!-- /signals --> is expected")
    return filled
