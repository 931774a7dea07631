"""CloudFormation: resource types that the emulator lacks, and properties that it drops.

| module | what it does |
|---|---|
| plugin | hooks all of it into the emulator; removes the types that nobody vouches for |
| readback, compare | after each create and update, compares the template with what the service reads back |
| reads, ec2_reads, catalog_reads | how types are read back |
| glue_types, athena_types, network_types, governance_types | resource types that the emulator lacks |
| s3, tables, records, smaller_fills | properties that the emulator drops |
| monitoring | alarms on metric math, tags of dashboards |
| change_sets | change sets that change outputs only |
| ec2_views | fields that the emulator's EC2 keeps to itself |
"""
