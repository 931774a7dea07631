"""Command: put a folder of texts, or a dump of a wiki, into the lake as a collection, and have it indexed.

`python -m search.upload FOLDER --collection notes --environment laptop --index`
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from datasets.text import prefix
from smoke.place import NotDeployedError

if TYPE_CHECKING:
    from smoke.lake import Lake

UPLOADS_AT_ONCE = 16
_POLL_SECONDS = 1.0
_ENDED = {"SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"}


class UploadError(RuntimeError):
    """What kept a collection from being indexed; the message says what to do."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Upload one collection; return the exit status."""
    options = _parser().parse_args(arguments)
    console = Console(highlight=False)
    # awswrangler takes a second to load: not for --help.
    from smoke.lake import connect  # noqa: PLC0415

    try:
        found = files(options.source, options.collection)
        lake = connect(options.environment)
        upload(lake.client("s3"), lake.bucket("raw"), found)
        console.print(f"{len(found):,} files are in s3://{lake.bucket('raw')}/{prefix(options.collection)}")
        if options.index:
            index(lake, options.collection, options.format)
            console.print(f'indexed; try: python -m search "words" --collection {options.collection}')
    except (UploadError, NotDeployedError, BotoCoreError, ClientError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def files(source: Path, collection: str) -> list[tuple[Path, str]]:
    """Give every file below a folder, or a single file, its key in the raw bucket.

    Raises
    ------
    ValueError
        If there is no file.
    """
    root = source if source.is_dir() else source.parent
    paths = sorted(path for path in (source.rglob("*") if source.is_dir() else [source]) if path.is_file())
    if not paths:
        raise ValueError(f"{source} must be a file, or a folder with at least one file in it")
    return [(path, prefix(collection) + path.relative_to(root).as_posix()) for path in paths]


def upload(s3: Any, bucket: str, found: Sequence[tuple[Path, str]]) -> None:
    """Upload files, several at a time; large ones in parts."""
    with ThreadPoolExecutor(UPLOADS_AT_ONCE) as pool:
        for _ in pool.map(lambda item: s3.upload_file(str(item[0]), bucket, item[1]), found):
            pass


def index(lake: Lake, collection: str, kind: str, wait: Callable[[float], None] = time.sleep) -> None:
    """Run the text pipeline over a collection and wait for its end.

    Raises
    ------
    UploadError
        If the environment has no text pipeline, or the run fails.
    """
    pipeline = lake.outputs.get("TextPipelineArn")
    if pipeline is None:
        raise UploadError(
            f"{lake.config.environment.name} has no text pipeline: deploy it with enabled = true under [emr]"
        )
    states = lake.client("stepfunctions")
    request = {"collection": collection, "request": uuid.uuid4().hex, "format": kind}
    execution = states.start_execution(stateMachineArn=pipeline, input=json.dumps(request))["executionArn"]
    for state in _states(states, execution, wait):
        if state["status"] in _ENDED - {"SUCCEEDED"}:
            raise UploadError(
                f"{execution} {state['status']}: {state.get('error', '')} {state.get('cause', '')}".rstrip()
            )


def _states(states: Any, execution: str, wait: Callable[[float], None]) -> Iterator[dict[str, Any]]:
    while True:
        state = states.describe_execution(executionArn=execution)
        yield state
        if state["status"] in _ENDED:
            return
        wait(_POLL_SECONDS)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m search.upload", description="Put texts into the lake as a collection, and have it indexed."
    )
    parser.add_argument("source", type=Path, help="a folder of texts, or one file")
    parser.add_argument("--collection", required=True, help="name of the collection")
    parser.add_argument("--environment", default="laptop", help="laptop, dev, staging or prod (laptop)")
    parser.add_argument("--format", default="files", choices=("files", "mediawiki"), help="what the files are (files)")
    parser.add_argument("--index", action="store_true", help="run the text pipeline over it and wait")
    return parser


if __name__ == "__main__":
    sys.exit(main())
