"""Firehose delivery streams to S3: buffering, dynamic partitioning, record format conversion, error prefix."""
