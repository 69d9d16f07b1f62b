from pathlib import Path

import pytest
from dvt_engine_core.errors import StepError
from dvt_step_runtime.secrets import EnvironmentSecrets


def test_a_secret_comes_from_its_variable_or_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("t0ken\n")
    secrets = EnvironmentSecrets(
        environment={"DVT_SECRET_API_KEY": "k3y", "DVT_SECRET_TOKEN_FILE": str(tmp_path / "token")}
    )
    assert secrets.secret("api-key") == "k3y"
    assert secrets.secret("token") == "t0ken"


def test_an_empty_secret_is_a_secret() -> None:
    assert EnvironmentSecrets(environment={"DVT_SECRET_A": ""}).secret("a") == ""


def test_an_unknown_secret_names_its_variable_never_a_value(tmp_path: Path) -> None:
    secrets = EnvironmentSecrets(environment={"DVT_SECRET_B_FILE": str(tmp_path / "s3cret"), "DVT_SECRET_C": "s3cret"})
    for name, said in (("a", "DVT_SECRET_A"), ("b", "DVT_SECRET_B_FILE")):
        with pytest.raises(StepError, match=said) as caught:
            secrets.secret(name)
        assert caught.value.code == "SECRET_UNKNOWN"
        assert "s3cret" not in str(caught.value)


def test_configured_connections_come_before_the_environment() -> None:
    secrets = EnvironmentSecrets(
        {"a": "postgresql://one"}, environment={"DVT_CONNECTION_A": "two", "DVT_CONNECTION_B": "three"}
    )
    assert secrets.connection("a") == "postgresql://one"
    assert secrets.connection("b") == "three"
    with pytest.raises(StepError) as caught:
        secrets.connection("c")
    assert caught.value.code == "SQL_CONNECTION_UNKNOWN"
    assert "postgresql" not in repr(secrets)
