"""Configuration: what wins, what is refused, and where it says the fault is."""

from __future__ import annotations

from pathlib import Path

import pytest
from dvt.config import load_settings
from dvt.connections import connection_urls
from dvt_engine_core.errors import ContractError


def write(place: Path, text: str) -> Path:
    file = place / "dvt.toml"
    file.write_text(text, "utf-8")
    return file


def refused(flags: dict[str, object] | None = None) -> ContractError:
    with pytest.raises(ContractError) as caught:
        _ = load_settings(flags or {}).mode
    assert (caught.value.code, caught.value.exit_code) == ("CONFIG_INVALID", 2)
    return caught.value


def test_nothing_configured_means_embedded_servers_and_the_local_tenant() -> None:
    settings = load_settings({})
    assert settings.mode == "embedded"
    assert (settings.tenant, settings.project, settings.environment) == ("local", "default", "dev")


def test_flag_wins_over_environment_and_environment_over_file(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(place, 'tenant = "file"\nproject = "file"\nenvironment = "file"\n')
    monkeypatch.setenv("DVT_TENANT", "env")
    monkeypatch.setenv("DVT_PROJECT", "env")
    settings = load_settings({"tenant": "flag"})
    assert (settings.tenant, settings.project, settings.environment) == ("flag", "env", "file")


def test_the_file_is_found_from_a_folder_below_and_its_paths_are_relative_to_it(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DVT_HOME")
    write(place, 'home = "data"\n[connections.w]\nfile = "url.txt"\n')
    (place / "url.txt").write_text("postgresql://x/y\n", "utf-8")
    (place / "below").mkdir()
    monkeypatch.chdir(place / "below")
    settings = load_settings({})
    assert settings.home == place / "data"
    assert connection_urls(settings.connections) == {"w": "postgresql://x/y"}


def test_an_unknown_key_is_refused_with_its_line_and_the_nearest_known_one(place: Path) -> None:
    write(place, 'project = "p"\n\ntenat = "x"\n[connections.w]\nurll = "u"\n')
    error = refused()
    assert [(fault.line, fault.hint) for fault in error.faults] == [
        (3, "did you mean 'tenant'?"),
        (5, "did you mean 'url'?"),
    ]
    assert error.file == str(place / "dvt.toml")


def test_text_that_is_not_toml_is_refused_at_its_place(place: Path) -> None:
    write(place, 'tenant = "x"\nproject = \n')
    (fault,) = refused().faults
    assert fault.line == 2


def test_a_config_file_that_is_named_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DVT_CONFIG_FILE", "nowhere.toml")
    assert "nowhere.toml" in refused().message


@pytest.mark.parametrize(
    ("variable", "value", "missing"),
    [
        ("DVT_POSTGRES_URL", "postgresql://h/d", "DVT_TEMPORAL_ADDRESS"),
        ("DVT_TEMPORAL_ADDRESS", "h:7233", "DVT_POSTGRES_URL"),
    ],
)
def test_one_server_without_the_other_is_refused_by_the_name_of_the_missing_one(
    variable: str, value: str, missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    error = refused()
    assert f"{missing} is not" in error.message
    assert missing in (error.hint or "")


def test_both_servers_mean_that_nothing_is_started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgresql://u:secret@h/d\n", "utf-8")
    monkeypatch.setenv("DVT_POSTGRES_URL_FILE", str(tmp_path / "url"))
    monkeypatch.setenv("DVT_TEMPORAL_ADDRESS", "h:7233")
    settings = load_settings({})
    assert settings.mode == "external"
    assert settings.postgres_url is not None
    assert settings.postgres_url.get_secret_value() == "postgresql://u:secret@h/d"
    assert "secret" not in repr(settings)


def test_a_bad_value_is_told_by_its_variable_or_by_its_line(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(place, 'project = "p"\ntenant = "No Slug"\n')
    monkeypatch.setenv("DVT_TEMPORAL_ADDRESS", "nohost")
    faults = {fault.line: fault.message for fault in refused().faults}
    told = " ".join(faults.values())
    assert 2 in faults
    assert "DVT_TEMPORAL_ADDRESS: temporal_address: 'nohost' is not host:port" in told


def test_a_connection_says_in_exactly_one_way_where_its_url_is(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(place, '[connections]\nw = {url = "a", env = "B"}\n')
    (fault,) = refused().faults
    assert "exactly one of url, env, file" in fault.message
    write(place, '[connections]\nw = {env = "MY_URL"}\n')
    with pytest.raises(ContractError, match="MY_URL is not set"):
        connection_urls(load_settings({}).connections)
    monkeypatch.setenv("MY_URL", "postgresql://h/d")
    assert connection_urls(load_settings({}).connections) == {"w": "postgresql://h/d"}


def test_a_connection_may_come_from_the_environment_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DVT_CONNECTIONS__W__URL", "postgresql://h/d")
    assert connection_urls(load_settings({}).connections) == {"w": "postgresql://h/d"}
