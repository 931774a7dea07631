"""Lambda event source mappings on Kinesis streams: the poller that AWS runs between a stream and a function."""
