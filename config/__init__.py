"""Typed, frozen configuration: one file per environment, one slice per stack."""
