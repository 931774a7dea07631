"""Real data sets for the lake, and a generator that scales them.

`catalogue` says what there is, `fetch` gets it from the package registry, `prepare` writes it as raw files of the
lake, `orders` and `access_logs` make more of it. `python -m datasets --help` shows the commands.
"""
