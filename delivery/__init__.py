"""Bringing the lake to accounts: what is checked before, guarded during and left after a deployment."""
