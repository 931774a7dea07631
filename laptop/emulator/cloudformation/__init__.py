"""CloudFormation: resource types that the emulator lacks, and properties that it drops."""
