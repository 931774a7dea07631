"""Starts the emulator with our plug-in: `.venv-emulator/bin/python -m laptop.emulator`.

The launcher sets the environment: `GATEWAY_PORT`, `STATE_DIR`, `S3_DATA_DIR`, `LAKE_STATE_DIR`, `LAKE_CACHE_DIR`,
`LAKE_SPARK_PYTHON` and the settings that `selfcheck` insists on.
"""

from __future__ import annotations

import importlib
import logging
import sys

from laptop.emulator import selfcheck

# Imported for the handlers that they register.
SERVICE_MODULES = (
    "laptop.emulator.cloudformation.athena_types",
    "laptop.emulator.cloudformation.glue_types",
    "laptop.emulator.cloudformation.governance_types",
    "laptop.emulator.cloudformation.network_types",
    "laptop.emulator.cloudformation.ec2_reads",
    "laptop.emulator.cloudformation.catalog_reads",
    "laptop.emulator.cloudformation.s3",
    "laptop.emulator.cloudformation.tables",
    "laptop.emulator.cloudformation.records",
    "laptop.emulator.cloudformation.smaller_fills",
    "laptop.emulator.cloudformation.streaming_types",
    "laptop.emulator.cloudformation.firehose_types",
    "laptop.emulator.cloudformation.emr_types",
    "laptop.emulator.cloudformation.emr_serverless_types",
    "laptop.emulator.cloudformation.instance_profiles",
    "laptop.emulator.cloudformation.cognito_types",
    "laptop.emulator.cloudformation.sagemaker_types",
    "laptop.emulator.athena",
    "laptop.emulator.glue_jobs",
    "laptop.emulator.crawlers",
    "laptop.emulator.data_quality",
    "laptop.emulator.glue_triggers",
    "laptop.emulator.states",
    "laptop.emulator.emr",
    "laptop.emulator.states_emr",
    "laptop.emulator.emr_serverless",
    "laptop.emulator.states_emr_serverless",
    "laptop.emulator.events",
    "laptop.emulator.kinesis",
    "laptop.emulator.esm.service",
    "laptop.emulator.firehose.service",
    "laptop.emulator.cognito",
    "laptop.emulator.sagemaker.service",
    "laptop.emulator.sagemaker.active_learning",
    "laptop.emulator.sagemaker.portal",
    "laptop.emulator.states_sagemaker",
    "laptop.emulator.quicksight.service",
    "laptop.emulator.states_quicksight",
    "laptop.emulator.cloudformation.quicksight_types",
)


def main() -> None:
    try:
        selfcheck.check_environment()
        selfcheck.check_emulator()
    except selfcheck.SelfCheckError as error:
        sys.exit(f"The laptop emulator refuses to start: {error}")
    for name in SERVICE_MODULES:
        importlib.import_module(name)

    from laptop.emulator import hooks, lifecycle  # noqa: PLC0415 (they import the emulator, which the check guards)

    hooks.apply()
    lifecycle.run()


if __name__ == "__main__":
    logging.getLogger("laptop").setLevel(logging.INFO)
    # It reports every file of every checkpoint.
    logging.getLogger("persistence").setLevel(logging.WARNING)
    main()
