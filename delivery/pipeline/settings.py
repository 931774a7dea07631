"""Settings of the pipeline."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, ValidationError, model_validator

from config.base import Frozen
from config.loader import ConfigError
from config.model import Email

FILE = Path(__file__).with_name("pipeline.toml")
EnvironmentName = Literal["dev", "staging", "prod"]


class PipelineSettings(Frozen):
    """Where the pipeline is, what it builds and whom it asks."""

    account: Annotated[str, StringConstraints(pattern=r"^\d{12}$")]
    region: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")]
    repository: Annotated[str, StringConstraints(pattern=r"^[\w-]+/[\w.-]+$")]
    branch: Annotated[str, StringConstraints(pattern=r"^[\w./-]+$")]
    connection_arn: Annotated[
        str, StringConstraints(pattern=r"^arn:aws[a-z-]*:(codeconnections|codestar-connections):.+")
    ]
    environments: Annotated[tuple[EnvironmentName, ...], Field(min_length=1)]
    approved: tuple[EnvironmentName, ...]
    email: Email
    log_retention_days: Literal[30, 60, 90, 180, 365]

    @model_validator(mode="after")
    def _what_is_approved_is_deployed(self) -> Self:
        strangers = sorted(set(self.approved) - set(self.environments))
        if strangers:
            raise ValueError(f"approved must be among environments {self.environments}; got also {strangers}")
        return self


def load(file: Path = FILE) -> PipelineSettings:
    """Read the settings.

    Raises
    ------
    ConfigError
        The file has unknown, missing or impossible values; the message names them.
    """
    values = tomllib.loads(file.read_text(encoding="utf-8"))
    try:
        return PipelineSettings.model_validate(
            {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}
        )
    except ValidationError as error:
        problems = [f"{file.name}: {'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors()]
        raise ConfigError("\n".join(problems)) from error
