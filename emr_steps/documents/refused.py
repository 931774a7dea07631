"""What is no document."""


class RefusedError(ValueError):
    """An input that is no document; the message is the reason, for the quarantine."""
