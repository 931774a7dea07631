from __future__ import annotations

import pytest

from laptop.emulator import selfcheck
from laptop.emulator.selfcheck import SelfCheckError

SAFE = {**selfcheck.SETTINGS, **dict.fromkeys(selfcheck.REQUIRED, "x")}


def test_the_launchers_settings_pass() -> None:
    selfcheck.check_environment(SAFE)


@pytest.mark.parametrize("name", sorted(selfcheck.SETTINGS))
def test_fails_for_each_unsafe_or_missing_setting(name: str) -> None:
    with pytest.raises(SelfCheckError, match=f"{name} must be"):
        selfcheck.check_environment({**SAFE, name: "other"})
    with pytest.raises(SelfCheckError, match=f"{name} must be .* got None"):
        selfcheck.check_environment({key: value for key, value in SAFE.items() if key != name})


def test_fails_with_encryption_which_opens_another_port() -> None:
    with pytest.raises(SelfCheckError, match="USE_SSL must be off"):
        selfcheck.check_environment({**SAFE, "USE_SSL": "1"})


def test_fails_without_a_folder() -> None:
    with pytest.raises(SelfCheckError, match="LAKE_STATE_DIR must be set"):
        selfcheck.check_environment({**SAFE, "LAKE_STATE_DIR": ""})


def test_fails_on_another_version_of_the_emulator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selfcheck, "version", lambda name: "1.6.0")
    with pytest.raises(SelfCheckError, match=r"ministack must be 1\.5\.33; got 1\.6\.0"):
        selfcheck.check_emulator()


@pytest.mark.parametrize(
    ("name", "kind", "message"),
    [
        ("gone", None, "json.gone must be callable; got NoneType"),
        ("dumps", dict, "json.dumps must be dict; got function"),
        ("dumps", "ScopedDict", "json.dumps must be ScopedDict; got function"),
    ],
)
def test_fails_for_a_hook_that_is_gone_or_of_another_type(name: str, kind: type | str | None, message: str) -> None:
    with pytest.raises(SelfCheckError, match=message):
        selfcheck.check_hook("json", name, kind)


def test_a_hook_that_is_there_passes() -> None:
    selfcheck.check_hook("json", "dumps", None)
    selfcheck.check_hook("os", "environ", "_Environ")
