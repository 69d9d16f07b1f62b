"""Secrets and connections from the worker's environment and configuration."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from dvt_engine_core.errors import StepError


class EnvironmentSecrets:
    """Secrets from `DVT_SECRET_<NAME>` or the file that `DVT_SECRET_<NAME>_FILE` names; connections likewise.

    Shape: `connections` maps names to URLs and comes before `DVT_CONNECTION_<NAME>`. In a variable's name every
    character besides A-Z and 0-9 of the upper-cased name is `_`. A file's last line end does not count.
    """

    def __init__(
        self, connections: Mapping[str, str] | None = None, *, environment: Mapping[str, str] | None = None
    ) -> None:
        self._connections = dict(connections or {})
        self._environment = os.environ if environment is None else environment

    def secret(self, name: str) -> str:
        """Value of a secret. Raises: StepError [SECRET_UNKNOWN]."""
        variable = _variable("DVT_SECRET_", name)
        value = self._environment.get(variable)
        if value is not None:
            return value
        file = self._environment.get(f"{variable}_FILE")
        if file is None:
            raise StepError(f"secret `{name}`: neither {variable} nor {variable}_FILE is set", code="SECRET_UNKNOWN")
        try:
            text = Path(file).read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            raise StepError(
                f"secret `{name}`: the file of {variable}_FILE cannot be read", code="SECRET_UNKNOWN"
            ) from None
        return text.removesuffix("\n").removesuffix("\r")

    def connection(self, name: str) -> str:
        """URL of a connection. Raises: StepError [SQL_CONNECTION_UNKNOWN]."""
        url = self._connections.get(name) or self._environment.get(_variable("DVT_CONNECTION_", name))
        if url is None:
            raise StepError(f"the worker knows no connection `{name}`", code="SQL_CONNECTION_UNKNOWN")
        return url


def _variable(prefix: str, name: str) -> str:
    return prefix + re.sub(r"[^A-Z0-9]", "_", name.upper())
