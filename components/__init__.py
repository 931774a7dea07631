"""Constructs that more than one stack uses, asset packaging and guardrails."""
