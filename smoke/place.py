"""Where an environment is: on this laptop, or on AWS with the credentials of the process."""

from __future__ import annotations

import os


class NotDeployedError(Exception):
    """The lake is not there; the message says what to run."""


def point_at(environment: str) -> None:
    """Let every AWS client of this process talk to the place of an environment.

    For the laptop that is the emulator and nothing else; for others, what the process environment says.

    Raises
    ------
    NotDeployedError
        If the laptop's emulator does not run.
    """
    if environment != "laptop":
        return
    from laptop import aws, launcher  # noqa: PLC0415 - the lake on AWS does not need the laptop
    from laptop.state import Home  # noqa: PLC0415

    home = Home.default()
    try:
        os.environ |= aws.environment(home, launcher.require(home))
    except launcher.LaptopError as error:
        raise NotDeployedError(str(error)) from error
