"""Checks an object before workers see it, and decides whether they have to."""
