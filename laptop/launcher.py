"""Starts and stops the emulator of a laptop lake."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from laptop.sockets import listeners
from laptop.state import PROJECT, Home, Run

_START_SECONDS = 120
_STOP_SECONDS = 30
_PORTAL_SECONDS = 20
_POLL_SECONDS = 0.05

# A handle that is dropped while its process runs is reported as a leak; the emulator is meant to outlive its launcher.
_started: list[subprocess.Popen[bytes]] = []


class LaptopError(Exception):
    """The laptop lake cannot do what was asked; the message says why and what to do."""


def up(home: Home) -> Run:
    """Start the emulator, unless it runs, and wait until it answers.

    Raises
    ------
    LaptopError
        It does not start, or it listens beyond loopback (it is stopped then).
    """
    if home.running() is None:
        _start(home)
    run = _wait_until_ready(home)
    _prove_loopback_only(home, run)
    return run


def down(home: Home) -> bool:
    """Stop the emulator and what it started; its state is kept. Tell whether it ran."""
    run = home.running()
    if run is None:
        return False
    _signal(run.pid, signal.SIGTERM)
    if not _wait(lambda: home.running() is None, _STOP_SECONDS):
        _signal_group(run.pid, signal.SIGKILL)
        if not _wait(lambda: home.running() is None, _STOP_SECONDS):
            raise LaptopError(f"the emulator (process {run.pid}) must end on SIGKILL; it still runs after a wait")
    _signal_group(run.pid, signal.SIGKILL)
    for process in _started:
        process.poll()
    return True


def require(home: Home) -> Run:
    """Return the running emulator.

    Raises
    ------
    LaptopError
        None runs.
    """
    run = home.running()
    if run is None:
        raise LaptopError("the emulator does not run; start it with `make up`")
    return run


def portal(home: Home) -> str:
    """Return the address of the running emulator's worker portal.

    Raises
    ------
    LaptopError
        It does not serve one.
    """
    file = home.data / "services" / "portal.json"
    # The emulator answers a moment before what it starts besides.
    if not _wait(file.exists, _PORTAL_SECONDS):
        raise LaptopError(f"the emulator must serve the worker portal; it does not. Its log: {home.log}")
    return str(json.loads(file.read_text(encoding="utf-8"))["url"])


def is_ready(run: Run) -> bool:
    """Tell whether the emulator answers."""
    try:
        with urllib.request.urlopen(f"{run.endpoint}/_ministack/ready", timeout=5) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def _start(home: Home) -> None:
    """Start the emulator, unless another `up` does so at the same time."""

    def started() -> bool:
        try:
            _spawn(home)
        except BlockingIOError:
            # Another `up` won the race; or somebody looked just now whether the emulator runs.
            return home.running() is not None
        return True

    if not _wait(started, _START_SECONDS):
        raise LaptopError(f"the folder {home.path} must be free or have an emulator; another process only holds it")


def _spawn(home: Home) -> None:
    python = emulator_python()
    with home.hold() as lock, home.log.open("ab") as log:
        port = home.port()
        process = subprocess.Popen(  # noqa: S603
            [str(python), "-m", "laptop.emulator"],
            cwd=PROJECT,
            env=_environment(home, port),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            pass_fds=(lock,),
            start_new_session=True,
        )
        _started.append(process)
        home.record(Run(process.pid, port))


def emulator_python() -> Path:
    """Return the Python of the emulator's environment.

    Raises
    ------
    LaptopError
        The environment is not installed.
    """
    python = PROJECT / ".venv-emulator" / "bin" / "python"
    if not python.exists():
        raise LaptopError(f"the emulator's environment must be installed ({python}); run `make install`")
    return python


def _environment(home: Home, port: int) -> dict[str, str]:
    # Settings of other AWS accounts on this machine must not leak into the lake.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MINISTACK_"))}
    folders = {
        "STATE_DIR": home.data / "emulator",
        "S3_DATA_DIR": home.data / "objects",
        "LAKE_STATE_DIR": home.data / "services",
        "LAKE_CACHE_DIR": home.cache,
    }
    return {
        **inherited,
        **{name: str(folder) for name, folder in folders.items()},
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": "127.0.0.1",
        "BIND_HOST": "127.0.0.1",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "SFTP_HOST": "127.0.0.1",
        "USE_SSL": "0",
        "LAMBDA_EXECUTOR": "local",
        "PERSIST_STATE": "1",
        "S3_PERSIST": "1",
        "LAKE_SPARK_PYTHON": sys.executable,
        # A Wait of ten seconds suits services that need minutes; nothing on a laptop does.
        "SFN_WAIT_SCALE": os.environ.get("SFN_WAIT_SCALE", "0.05"),
        "LAKE_FIREHOSE_SPEED": os.environ.get("LAKE_FIREHOSE_SPEED", "6"),
        "PYTHONUNBUFFERED": "1",
    }


def _wait_until_ready(home: Home) -> Run:
    def ready_or_dead() -> bool:
        # Asked each time: whoever starts the emulator at the same moment has not yet noted where it is.
        run = home.running()
        return run is None or is_ready(run)

    answered = _wait(ready_or_dead, _START_SECONDS)
    run = home.running()
    if run is None:
        raise LaptopError(f"the emulator ended while it started:\n{tail(home.log, 15)}\nThe whole log: {home.log}")
    if not answered:
        raise LaptopError(
            f"the emulator must answer at {run.endpoint} within {_START_SECONDS} s; it did not. Its log: {home.log}"
        )
    return run


def _prove_loopback_only(home: Home, run: Run) -> None:
    open_to_others = [listener for listener in listeners(run.pid) if not listener.is_loopback]
    if open_to_others:
        down(home)
        found = ", ".join(map(str, open_to_others))
        raise LaptopError(f"the emulator must listen on loopback only; got {found}. It has been stopped.")


def tail(path: Path, lines: int) -> str:
    """Return the last lines of a text file."""
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) if path.exists() else ""


def _wait(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _signal_group(pid: int, number: signal.Signals) -> None:
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        # macOS answers "not permitted" for a group of which only zombies are left.
        return
