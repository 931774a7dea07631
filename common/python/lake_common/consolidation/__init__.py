"""One label out of the answers of several workers. Pure: nothing here knows AWS."""
