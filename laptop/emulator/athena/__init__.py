"""Athena on DuckDB: the SQL engine of the laptop. README.md says what it does and what it does not."""

from laptop.emulator.athena import library, service, workgroups

__all__ = ["library", "service", "workgroups"]
