"""EMR on EC2: clusters as state machines, whose steps really run on local Spark.

| module | what it does |
|---|---|
| requests, fleets, shapes | what RunJobFlow refuses (pure) |
| commands | the arguments of a step (pure) |
| provisioning | which instances a fleet or group gets (pure) |
| records, clusters | documents of clusters and steps, and their transitions |
| driver | one thread per cluster: STARTING to TERMINATED |
| steps, bootstrap, logs | one step, one bootstrap action, the files below LogUri |
| faults | outcomes that a test asks for: no Spot capacity, a failing bootstrap, a lost primary node |
| service, describe, scaling, security, studios | the operations |
"""

from laptop.emulator.emr import describe, driver, scaling, security, service, studios

__all__ = ["describe", "driver", "scaling", "security", "service", "studios"]
