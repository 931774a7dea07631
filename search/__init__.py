"""Search a collection of documents: `python -m search "words"`, or `search.client.Index` from Python."""
