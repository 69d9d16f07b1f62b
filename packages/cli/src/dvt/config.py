"""The configuration: flag over environment (`DVT_`, nesting by `__`) over `dvt.toml` over default."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Final, Literal

import platformdirs
from dvt_contracts.models.errors.v1.fault import Fault
from dvt_contracts.models.glossary.v1.ids import EnvironmentId, ProjectId, TenantId
from dvt_engine_core.errors import ContractError
from pydantic import MISSING, AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from dvt.config_file import ConfigFile, find_config_file, read_config_file

_PREFIX: Final = "DVT_"


def _default_home() -> Path:
    return platformdirs.user_data_path("dvt")


def _address(text: str) -> str:
    host, separator, port = text.rpartition(":")
    if not (separator and host and port.isdigit()):
        raise ValueError(f"{text!r} is not host:port")
    return text


class Connection(BaseModel):
    """A database that `sql` steps name: its URL itself, or where the worker finds it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    url: SecretStr | None = None
    env: str | None = None
    file: Path | None = None

    @model_validator(mode="after")
    def _one(self) -> Connection:
        if sum(source is not None for source in (self.url, self.env, self.file)) != 1:
            raise ValueError("give exactly one of url, env, file")
        return self


class Settings(BaseSettings):
    """What a user can set. Paths of a file are relative to it."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, env_nested_delimiter="__", env_ignore_empty=True, extra="forbid", frozen=True
    )
    home: Annotated[Path, AfterValidator(lambda path: path.expanduser().absolute())] = Field(
        default_factory=_default_home
    )
    tenant: TenantId = "local"
    project: ProjectId = "default"
    environment: EnvironmentId = "dev"
    postgres_url: SecretStr | None = None
    temporal_address: Annotated[str, AfterValidator(_address)] | None = None
    temporal_namespace: str = "default"
    connections: dict[str, Connection] = Field(default_factory=dict)

    @cached_property
    def mode(self) -> Literal["embedded", "external"]:
        """Where the servers come from. Raises: ContractError [CONFIG_INVALID] when only one of both is set."""
        given = (self.postgres_url is not None, self.temporal_address is not None)
        if all(given):
            return "external"
        if any(given):
            there, missing = "DVT_POSTGRES_URL", "DVT_TEMPORAL_ADDRESS"
            there, missing = (there, missing) if given[0] else (missing, there)
            raise ContractError(
                f"{there} is set, but {missing} is not: set both, or neither for embedded servers",
                code="CONFIG_INVALID",
                hint=f"Set {missing} too, or unset {there}; dvt.toml has the same keys in small letters, without DVT_.",
            )
        return "embedded"


def load_settings(flags: Mapping[str, object]) -> Settings:
    """Read the configuration.

    Shape: `flags` are values from the command line by field name.
    Raises: ContractError [CONFIG_INVALID] with every fault, its variable or its file and line.
    """
    path = find_config_file()
    file = read_config_file(path, known=known_keys()) if path else ConfigFile(None, {})
    secrets = _secret_files()

    class Sourced(Settings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            del dotenv_settings, file_secret_settings
            named = InitSettingsSource(settings_cls, init_kwargs=dict(secrets))
            return init_settings, env_settings, named, InitSettingsSource(settings_cls, init_kwargs=file.values)

    try:
        return Sourced.model_validate(dict(flags))
    except ValidationError as error:
        raise _invalid(error, file) from None


def known_keys() -> tuple[str, ...]:
    """Keys of `dvt.toml`."""
    return tuple(Settings.model_fields)


def _secret_files() -> dict[str, str]:
    """Secrets that the environment names by file: `DVT_POSTGRES_URL_FILE`."""
    path = os.environ.get("DVT_POSTGRES_URL_FILE")
    if not path:
        return {}
    try:
        return {"postgres_url": Path(path).read_text("utf-8").strip()}
    except OSError as error:
        raise ContractError(
            f"DVT_POSTGRES_URL_FILE: cannot read {path}: {error.strerror}", code="CONFIG_INVALID"
        ) from error


def _invalid(error: ValidationError, file: ConfigFile) -> ContractError:
    faults = []
    for found in error.errors(include_url=False, include_input=False):
        path = tuple(map(str, found["loc"]))
        variable = _PREFIX + "__".join(path).upper()
        in_environment = any(name.upper().startswith(variable) for name in os.environ)
        line = None if in_environment else file.line_of(path)
        place = f"{variable}: " if in_environment else ""
        message = f"{place}{'.'.join(path)}: {found['msg'].removeprefix('Value error, ')}"
        faults.append(Fault(code="CONFIG_INVALID", message=message, line=line or MISSING))
    return ContractError(
        "the configuration is wrong", code="CONFIG_INVALID", faults=faults, file=str(file.path) if file.path else None
    )
