"""Make or renew .venv: fetch uv by pip, install the locked packages by hash, link the packages of this repository."""

import ast
import fcntl
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tools import bootstrap

# uv does not read pip's settings; a machine behind a mirror has them there.
SETTINGS = {"index-url": "UV_DEFAULT_INDEX", "extra-index-url": "UV_INDEX", "cert": "SSL_CERT_FILE"}

UNREACHABLE = r"""(?ix) failed\ to\ fetch | error\ sending\ request | dns\ error | connection | timed?\ ?out | network
 | name\ resolution | certificate | could\ not\ find\ a\ version"""
HINTS = {
    r"No module named '?pip": (
        "This Python has no pip. Debian, Ubuntu: apt install python3-pip. Elsewhere: python3 -m ensurepip --user."
    ),
    r"No space left on device": "The disk is full; a first set-up needs about 1 GB, package cache included.",
    r"(?i)hash mismatch|hash(es)? .*do(es)? not match": (
        "A package is not the one that the lock file names. Do not install it; ask where it comes from."
    ),
    r"(?i)permission denied|read-only file system": "The repository's folder or the package cache cannot be written.",
    UNREACHABLE: (
        "The package registry cannot be reached. Check the connection, the proxy (HTTPS_PROXY) or the mirror\n"
        "(pip's index-url, or UV_DEFAULT_INDEX). The next call goes on where this one stopped."
    ),
}


class SetUpError(Exception):
    """The environment could not be made."""


def hint(output: str) -> str:
    """Say what to do about a failed step, judged by what it printed; empty when nothing is known."""
    return next((text for pattern, text in HINTS.items() if re.search(pattern, output)), "")


def step(what: str, *command: str, environment: Mapping[str, str]) -> str:
    """Run one step of the set-up quietly; returns its output, raises SetUpError with the end of it on failure."""
    done = subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
        cwd=bootstrap.ROOT,
    )
    if done.returncode:
        tail = "\n".join(f"  | {line}" for line in done.stdout.strip().splitlines()[-12:])
        advice = hint(done.stdout)
        raise SetUpError(f"could not {what}.\n{tail}" + (f"\n{advice}" if advice else ""))
    return done.stdout


def tool_environment(settings: str, base: Mapping[str, str]) -> dict[str, str]:
    """Build the environment for uv: `base`, pip's own index settings (`pip config list`), and no Python downloads."""
    environment = {key: value for key, value in base.items() if key not in {"PYTHONHOME", "UV_REQUIRE_HASHES"}}
    for name, value in re.findall(r"^(?:global|install|user|:env:)\.([a-z-]+)=(.+)$", settings, re.MULTILINE):
        if name in SETTINGS:
            environment.setdefault(SETTINGS[name], str(ast.literal_eval(value)))
    environment.update(VIRTUAL_ENV=bootstrap.VENV, UV_PYTHON_DOWNLOADS="never", UV_NO_PROGRESS="1")
    home = Path(environment.get("XDG_CACHE_HOME") or Path(environment.get("HOME") or "/nonexistent", ".cache"))
    writable = next(folder for folder in (home, *home.parents) if folder.exists())
    if not os.access(writable, os.W_OK):
        environment.setdefault("UV_CACHE_DIR", str(Path(bootstrap.CACHE, "uv")))
    return environment


def base_python() -> str:
    """Return the Python that .venv is made from: never one of another environment, which may go away."""
    return str(getattr(sys, "_base_executable", None) or sys.executable)


def find_pip() -> tuple[str, str]:
    """Return a Python that has pip, this one or the one below it, and what pip is configured to use."""
    for python in (sys.executable, base_python()):
        done = subprocess.run([python, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return python, done.stdout
    return sys.executable, ""


def fetch_uv(python: str, environment: Mapping[str, str]) -> str:
    """Return the path of the locked uv, installed by pip into a folder of its own."""
    key = hashlib.sha256(Path(bootstrap.BOOTSTRAP).read_bytes()).hexdigest()[:16]
    folder = Path(bootstrap.CACHE, f"uv-{key}")
    uv = folder / "bin" / "uv"
    if not uv.exists():
        tell("fetching uv, the installer")
        fresh = folder.with_suffix(".new")
        shutil.rmtree(fresh, ignore_errors=True)
        quiet = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_REQUIRE_VIRTUALENV": "0", "PIP_USER": "0"}
        step(
            "fetch uv by pip",
            python,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--only-binary=:all:",
            "--require-hashes",
            "--target",
            str(fresh),
            "--requirement",
            bootstrap.BOOTSTRAP,
            environment={**environment, **quiet},
        )
        fresh.rename(folder)
    return str(uv)


def usable_python() -> bool:
    """Tell whether .venv holds a Python that starts and is new enough."""
    question = "import sys; raise SystemExit(sys.version_info < (3, 11) or sys.prefix == sys.base_prefix)"
    try:
        return subprocess.run([Path(bootstrap.BIN, "python"), "-c", question], check=False).returncode == 0
    except OSError:
        return False


def tell(what: str) -> None:
    """Say on stderr what goes on."""
    print(f"  {what} ...", file=sys.stderr, flush=True)


@contextmanager
def alone() -> Iterator[None]:
    """Hold the lock of the set-up; a second ./dev waits here and then finds the work done."""
    Path(bootstrap.CACHE).mkdir(exist_ok=True)
    with Path(bootstrap.CACHE, "dev.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("waiting for another ./dev that is setting up .venv ...", file=sys.stderr, flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def renew(wanted: list[str], found: list[str]) -> None:
    """Bring .venv from `found` to `wanted` and stamp it; an interruption leaves no stamp, so the next call repairs."""
    first = not found[0]
    print(f"setting up .venv ({'first time only' if first else 'something changed'}) ...", file=sys.stderr, flush=True)
    started = time.monotonic()
    python_with_pip, settings = find_pip()
    environment = tool_environment(settings, os.environ)
    uv = fetch_uv(python_with_pip, environment)
    moved = found[0] not in {"", wanted[0]}
    fresh = moved or not usable_python()
    Path(bootstrap.STAMP).unlink(missing_ok=True)
    if fresh:
        step("make .venv", uv, "venv", "--clear", "--python", base_python(), bootstrap.VENV, environment=environment)
    python = ("--python", bootstrap.VENV)
    if fresh or wanted[1] != found[1]:
        tell("installing the locked packages")
        step(
            "install the locked packages",
            uv,
            "pip",
            "sync",
            *python,
            "--require-hashes",
            bootstrap.LOCK,
            environment=environment,
        )
    tell("linking the packages of this repository")
    links = [part for folder in bootstrap.members(bootstrap.ROOT) for part in ("--editable", folder)]
    step("link the packages", uv, "pip", "install", *python, "--no-deps", *links, environment=environment)
    Path(bootstrap.STAMP).write_text("\n".join(wanted), encoding="utf-8")
    print(f"  .venv is ready after {time.monotonic() - started:.1f} s", file=sys.stderr, flush=True)


def set_up() -> None:
    """Make .venv what the files ask for, or say why not and leave with 1 (130 when interrupted)."""
    try:
        with alone():
            if (wanted := bootstrap.wanted()) != (found := bootstrap.found()):
                renew(wanted, found)
    except KeyboardInterrupt:
        sys.stderr.write("dev: interrupted; the next call goes on\n")
        raise SystemExit(128 + signal.SIGINT) from None
    except (SetUpError, OSError) as error:
        sys.stderr.write(f"dev: cannot set up .venv: {error}\n")
        raise SystemExit(1) from None
