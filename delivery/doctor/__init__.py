"""Looks for what deployments die of, before one starts. Reads only; changes nothing."""
