"""Chooses what a task labels next, and makes the manifest and the request of a labeling job."""
