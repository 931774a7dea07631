"""Labeling tasks, each a folder with its worker page; and the command that runs them from a workstation."""
