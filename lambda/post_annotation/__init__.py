"""Consolidates the answers of workers into one label for each object."""
