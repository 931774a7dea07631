"""Corrections of the emulator's user pools.

| what | behaviour | source (Amazon Cognito API reference) |
|---|---|---|
| AdminCreateUser without TemporaryPassword | Cognito makes one that fits the pool's policy; the emulator's did not | "AdminCreateUser" |
"""  # noqa: E501

from __future__ import annotations

import secrets
import string

from laptop.emulator.registry import Call, Json, operation

_SYMBOLS = "^$*.[]{}()?!@#%&/,><':;|_~`=+-"
# The longest minimum that a policy may have.
_LENGTH = 99


@operation("cognito-idp", "AdminCreateUser")
def admin_create_user(request: Json, call: Call) -> Json:
    return call("AdminCreateUser", {"TemporaryPassword": temporary_password()} | request)


def temporary_password() -> str:
    """Return a password that every policy accepts."""
    kinds = (string.ascii_lowercase, string.ascii_uppercase, string.digits, _SYMBOLS)
    return "".join(secrets.choice(kinds[place % len(kinds)]) for place in range(_LENGTH))
