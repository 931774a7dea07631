"""Read an environment from its TOML file."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from config.model import LakeConfig

ENVIRONMENTS = Path(__file__).parent / "environments"


class ConfigError(ValueError):
    """A configuration file that cannot be used; the message names the file and every offending key."""


def load(environment: str, folder: Path = ENVIRONMENTS) -> LakeConfig:
    """Load and validate one environment.

    Parameters
    ----------
    environment
        Name of the environment, which is also the name of its file without the suffix.
    folder
        Where the environments are.

    Raises
    ------
    ConfigError
        When there is no such environment, or its file is not TOML, has unknown or missing keys or values out of bounds.
    """
    path = folder / f"{environment}.toml"
    if not path.is_file():
        known = sorted(file.stem for file in folder.glob("*.toml"))
        raise ConfigError(f"environment must be one of {known}; got '{environment}'")
    label = f"{path.parent.parent.name}/{path.parent.name}/{path.name}"
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{label}: not valid TOML: {error}") from error
    config = _validate(values, label)
    if config.environment.name != environment:
        raise ConfigError(
            f"{label}: environment.name: must be the name of the file; "
            f"got '{config.environment.name}', expected '{environment}'"
        )
    return config


def _validate(values: Mapping[str, Any], label: str) -> LakeConfig:
    try:
        return LakeConfig.model_validate(_with_tuples(values))
    except ValidationError as error:
        problems = [
            f"{label}: {'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}; got {problem['input']!r}"
            for problem in error.errors()
        ]
        raise ConfigError("\n".join(problems)) from error


def _with_tuples(value: Any) -> Any:
    """Turn lists into tuples: TOML knows only lists, the strict model only tuples."""
    if isinstance(value, Mapping):
        return {key: _with_tuples(item) for key, item in value.items()}
    if isinstance(value, list):
        return tuple(_with_tuples(item) for item in value)
    return value
