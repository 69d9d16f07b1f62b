"""Run ids as people type them: whole, by a unique beginning, or `latest`."""

from __future__ import annotations

import re
from typing import Final

from dvt_engine_core.errors import ContractError, RunNotFoundError
from dvt_engine_core.ports.store import RunKey, RunQuery

from dvt.session import Session

LATEST: Final = "latest"
_ID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_PREFIX: Final = re.compile(r"[0-9a-f-]{1,36}")


async def find_run(session: Session, text: str) -> RunKey:
    """The run that is meant.

    Raises: RunNotFoundError; ContractError [ID_AMBIGUOUS] with some of the runs that begin so.
    """
    wanted = text.strip().lower()
    if _ID.fullmatch(wanted):
        return session.key(wanted)
    if wanted == LATEST:
        found = await session.store.list_runs(session.settings.tenant, RunQuery(limit=1))
        if not found:
            raise RunNotFoundError("there is no run yet", hint="Start one: `dvt run start PATH`.")
        return session.key(found[0].run_id)
    if not _PREFIX.fullmatch(wanted):
        raise RunNotFoundError(f"{text!r} is no run id", hint="Look at `dvt run list`; `latest` names the newest run.")
    digits = wanted.replace("-", "")
    prefix = "-".join(part for part in (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]) if part)
    found = await session.store.list_runs(session.settings.tenant, RunQuery(id_prefix=prefix, limit=5))
    match found:
        case ():
            raise RunNotFoundError(f"no run begins with {wanted}")
        case (one,):
            return session.key(one.run_id)
        case several:
            names = ", ".join(item.run_id for item in several)
            raise ContractError(f"several runs begin with {wanted}: {names}", code="ID_AMBIGUOUS")
