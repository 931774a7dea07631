"""Registers files that arrive in the raw zone, and starts their pipeline once for each."""
