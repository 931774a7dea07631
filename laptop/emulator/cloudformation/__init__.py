"""CloudFormation: resource types that the emulator lacks, and properties that it drops.

| module | what it does |
|---|---|
| plugin | hooks all of it into the emulator; removes the types that nobody vouches for |
| readback, reads, compare | after each create and update, compares the template with what the service reads back |
| s3, tables, records, smaller_fills | properties that the emulator drops |
"""
