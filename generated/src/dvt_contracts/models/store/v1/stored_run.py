# Generated from contracts/ by `nox -s generate`. Do not edit.


from typing import Annotated

from dvt_contracts.base import Contract
from pydantic import ConfigDict, Field

from ...engine.v1.run_snapshot import RunSnapshot
from ...glossary.v1.ids import Sha256


class StoredRun(Contract):
    """A run as stored: `read_run` and `rebuild` of StateStore."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    snapshot: RunSnapshot
    """Its snapshot, live or folded again."""
    history_hash: Annotated[Sha256, Field(alias="historyHash")]
    """Head of its hash chain."""
