"""`dvt.toml`: searched from the working folder upwards, or named by DVT_CONFIG_FILE."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from dvt_contracts.models.errors.v1.fault import Fault
from dvt_engine_core.errors import ContractError

NAME: Final = "dvt.toml"
_PLACE: Final = re.compile(r"\(at line (\d+), column (\d+)\)")
_CONNECTION_KEYS: Final = ("url", "env", "file")


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """A configuration file as read; `values` has paths made absolute."""

    path: Path | None
    values: dict[str, Any]
    text: str = ""

    def line_of(self, path: Sequence[str]) -> int | None:
        """Line of the innermost key of a path that can be found, from 1."""
        for key in reversed(path):
            found = re.search(rf"^[\s\[]*(?:[\w.]*\.)?\"?{re.escape(key)}\"?\s*[=\].]", self.text, re.MULTILINE)
            if found:
                return self.text.count("\n", 0, found.end()) + 1
        return None


def find_config_file() -> Path | None:
    """The file in effect, None where there is none.

    Raises: ContractError [CONFIG_INVALID] if DVT_CONFIG_FILE names none.
    """
    named = os.environ.get("DVT_CONFIG_FILE")
    if named:
        path = Path(named).expanduser().absolute()
        if not path.is_file():
            raise ContractError(f"DVT_CONFIG_FILE: there is no file {path}", code="CONFIG_INVALID")
        return path
    here = Path.cwd()
    return next((folder / NAME for folder in (here, *here.parents) if (folder / NAME).is_file()), None)


def read_config_file(path: Path, *, known: Sequence[str]) -> ConfigFile:
    """Read a file.

    Raises: ContractError [CONFIG_INVALID] with every unknown key and the nearest known one.
    """
    try:
        text = path.read_text("utf-8")
        values = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        raise ContractError(f"cannot read {path}: {error}", code="CONFIG_INVALID", file=str(path)) from error
    except tomllib.TOMLDecodeError as error:
        raise _not_toml(path, error) from error
    file = ConfigFile(path, values, text)
    faults = list(_unknown(file, known))
    if faults:
        raise ContractError(
            f"unknown keys in {path.name}", code="CONFIG_INVALID", faults=faults, file=str(path), hint="See the faults."
        )
    return ConfigFile(path, _absolute(values, path.parent), text)


def _unknown(file: ConfigFile, known: Sequence[str]) -> list[Fault]:
    faults = [_fault(file, (key,), known) for key in file.values if key not in known]
    connections = file.values.get("connections")
    for name, connection in connections.items() if isinstance(connections, Mapping) else ():
        if isinstance(connection, Mapping):
            unknown = (key for key in connection if key not in _CONNECTION_KEYS)
            faults += [_fault(file, ("connections", name, key), _CONNECTION_KEYS) for key in unknown]
    return faults


def _fault(file: ConfigFile, path: tuple[str, ...], known: Sequence[str]) -> Fault:
    near = get_close_matches(path[-1], known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"known keys: {', '.join(known)}"
    text = f"unknown key {'.'.join(path)!r}"
    return Fault(code="CONFIG_INVALID", message=text, line=file.line_of(path) or 1, hint=hint)


def _absolute(values: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Values with relative paths resolved against the file's folder."""
    found = dict(values)
    if isinstance(found.get("home"), str):
        found["home"] = folder / Path(found["home"]).expanduser()
    if isinstance(found.get("connections"), Mapping):
        found["connections"] = {
            name: {**item, "file": folder / item["file"]}
            if isinstance(item, Mapping) and isinstance(item.get("file"), str)
            else item
            for name, item in found["connections"].items()
        }
    return found


def _not_toml(path: Path, error: tomllib.TOMLDecodeError) -> ContractError:
    place = _PLACE.search(str(error))
    message = _PLACE.sub("", str(error)).strip()
    fault = (
        Fault(code="CONFIG_INVALID", message=message, line=int(place[1]), column=int(place[2]))
        if place
        else Fault(code="CONFIG_INVALID", message=message)
    )
    return ContractError(f"{path.name} is not TOML", code="CONFIG_INVALID", faults=[fault], file=str(path))
