"""EMR Serverless: applications, and job runs on local Spark.

| operation | behaviour | source (EMR Serverless API reference and user guide) |
|---|---|---|
| Create, Get, List, Update, DeleteApplication | Spark only; deleted when CREATED or STOPPED | "DeleteApplication" |
| Start, StopApplication | refused to stop while jobs run; stops by itself after its idle time | "Application states" |
| StartJobRun | starts the application, unless that is off; then the run is as an EMR step | "Starting a job run" |
| Get, ListJobRuns, CancelJobRun | a cancelled run's processes are killed | "Job run states" |
| (event) | "EMR Serverless Job Run State Change", "EMR Serverless Application State Change" | "Automating" |
| (logs) | `<log>/applications/<id>/jobs/<id>/SPARK_DRIVER/{stdout,stderr}.gz` | "Storing logs" |

A minute of a timeout lasts `LAKE_EMR_MINUTE_SECONDS`. Not here: Hive, streaming, retries, sessions, custom images,
capacity (one run needs no more than this machine has).
"""

from laptop.emulator.emr_serverless import applications, job_runs

__all__ = ["applications", "job_runs"]
