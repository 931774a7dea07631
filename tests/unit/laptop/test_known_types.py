from __future__ import annotations

from laptop.emulator.cloudformation import catalog_reads, cognito_types, ec2_reads, streaming_types
from laptop.emulator.cloudformation.known_types import KNOWN_TYPES, NOT_READ_BACK
from laptop.emulator.cloudformation.reads import READS


def test_every_type_of_the_emulator_is_read_back_or_says_why_not() -> None:
    # Importing them adds to READS.
    assert all((catalog_reads, cognito_types, ec2_reads, streaming_types))
    assert KNOWN_TYPES - READS.keys() == NOT_READ_BACK.keys()
