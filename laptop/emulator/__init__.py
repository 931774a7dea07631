"""Plug-in of the emulator: what ministack lacks, and what it gets wrong.

The package runs inside the emulator's process, in an environment of its own (`.venv-emulator`), and imports nothing of
the project but itself.
"""
