"""Writes clickstream events from Kinesis to the raw zone, each once."""
