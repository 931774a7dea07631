"""Command: `python -m cluster_files --environment prod`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from cluster_files.store import Needed, NoClustersError, store
from cluster_files.wheels import WheelError
from config.loader import ConfigError, load
from smoke.place import NotDeployedError, point_at


def main(arguments: Sequence[str] | None = None) -> int:
    """Store what is missing; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="cluster_files", description="Store the Python packages and certificates that nodes of clusters fetch."
    )
    parser.add_argument("--environment", required=True)
    parser.add_argument("--renew", action="store_true", help="replace certificates that are good still")
    options = parser.parse_args(arguments)
    try:
        config = load(options.environment)
        point_at(options.environment)
        region = config.environment.region
        client: Any = boto3.Session(region_name=region).client
        needed = Needed.read(client("cloudformation"), options.environment)
        for line in store(
            client("s3"),
            needed,
            region=region,
            architecture=config.emr.cluster.architecture,
            now=datetime.now(UTC),
            packages=options.environment != "laptop",
            renew=options.renew,
        ):
            print(line)
    except (NoClustersError, WheelError, NotDeployedError, ConfigError, BotoCoreError, ClientError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
