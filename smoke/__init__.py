"""Proof that a deployed lake works, on a laptop or on AWS: `python -m smoke --environment dev`."""
