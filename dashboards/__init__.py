"""Dashboards of the lake as code: data sets, definitions, who sees what, and the check of all of it.

Pure Python without AWS: `stacks/bi_stack.py` deploys what is declared here.
"""
