"""Compaction: many small files of a partition become few large ones."""
