"""Compares an assembly with the committed inventory: what holds data, and who may do what."""
