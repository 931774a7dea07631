"""Refreshes data sets that nobody else has refreshed, and waits for them."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable
from typing import Any

from laptop import aws
from laptop.preview.page import PreviewError

_ENDED = {"COMPLETED", "FAILED", "CANCELLED"}
_POLL_SECONDS = 0.2


def refresh(quicksight: Any, data_sets: Iterable[str], *, seconds: float = 120) -> dict[str, str]:
    """Import the rows of data sets anew, all at the same time.

    Parameters
    ----------
    data_sets
        Ids of data sets in SPICE.
    seconds
        How long to wait at most.

    Returns
    -------
    dict
        How each refresh ended: COMPLETED, FAILED or CANCELLED.

    Raises
    ------
    PreviewError
        A refresh did not end in time.
    """
    started = {data_set: _start(quicksight, data_set) for data_set in data_sets}
    deadline = time.monotonic() + seconds
    ended: dict[str, str] = {}
    while waiting := sorted(started.keys() - ended.keys()):
        for data_set in waiting:
            status = _status(quicksight, data_set, started[data_set])
            if status in _ENDED:
                ended[data_set] = status
        late = ", ".join(sorted(started.keys() - ended.keys()))
        if late and time.monotonic() > deadline:
            raise PreviewError(f"refreshes must end within {seconds:.0f} s; got none of {late}")
        time.sleep(_POLL_SECONDS)
    return ended


def _start(quicksight: Any, data_set: str) -> str:
    request = {"AwsAccountId": aws.ACCOUNT, "DataSetId": data_set}
    ingestion = f"preview-{uuid.uuid4().hex[:12]}"
    try:
        quicksight.create_ingestion(**request, IngestionId=ingestion)
    except quicksight.exceptions.ConflictException:
        # One runs already: it brings the same rows.
        return str(quicksight.list_ingestions(**request)["Ingestions"][0]["IngestionId"])
    return ingestion


def _status(quicksight: Any, data_set: str, ingestion: str) -> str:
    request = {"AwsAccountId": aws.ACCOUNT, "DataSetId": data_set, "IngestionId": ingestion}
    return str(quicksight.describe_ingestion(**request)["Ingestion"]["IngestionStatus"])
