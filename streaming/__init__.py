"""Clients of the clickstream: a producer of events, a replay of failures, a view of live counters.

They talk to a deployed lake as any client does, through the outputs of its stacks. `python -m streaming --help` shows
the commands.
"""
