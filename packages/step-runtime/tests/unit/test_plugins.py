from importlib.metadata import EntryPoint

import pytest
from dvt_step_runtime.plugins import GROUP, PluginError, load_executors, prewarm

NOOP = "dvt_step_runtime.executors.noop:NoopExecutor"


def test_the_built_in_kinds_are_installed() -> None:
    executors = load_executors()
    assert {"noop", "process", "python", "sql"} <= set(executors)
    assert all(kind == executor.kind for kind, executor in executors.items())


@pytest.mark.parametrize("value", ["nowhere:Executor", "dvt_step_runtime.plugins:nothing", "os:getcwd", "os.path:join"])
def test_a_broken_plugin_is_named(value: str) -> None:
    with pytest.raises(PluginError, match=rf"step kind `mine` of .* \({value}\) cannot be loaded") as caught:
        load_executors([EntryPoint("mine", value, GROUP)])
    assert caught.value.code == "CONFIG_INVALID"


def test_one_kind_from_two_packages_is_a_conflict() -> None:
    other = "dvt_step_runtime.executors.sql:SqlExecutor"
    with pytest.raises(PluginError, match=r"`noop` is brought twice: by .*NoopExecutor.* and by .*SqlExecutor"):
        load_executors([EntryPoint("noop", other, GROUP), EntryPoint("noop", NOOP, GROUP)])


def test_the_same_entry_twice_is_no_conflict() -> None:
    assert list(load_executors([EntryPoint("noop", NOOP, GROUP)] * 2)) == ["noop"]


def test_a_plugin_must_be_what_it_is_announced_as() -> None:
    with pytest.raises(PluginError, match="announced as step kind `mine`, but says that it is `noop`"):
        load_executors([EntryPoint("mine", NOOP, GROUP)])


async def test_prewarm_leaves_alone_what_needs_none() -> None:
    await prewarm(load_executors([EntryPoint("noop", NOOP, GROUP)]).values())
