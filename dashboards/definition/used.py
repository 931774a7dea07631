"""Which data sets a definition names."""

from __future__ import annotations

from collections.abc import Sequence

from dashboards.model import DataSet, Definition
from dashboards.walk import objects


def data_sets_of(definition: Definition, data_sets: Sequence[DataSet]) -> tuple[DataSet, ...]:
    """Give the data sets that a definition names, in the order in which they are declared.

    An identifier that no data set has is left to the check, which says where it is.
    """
    named = {found.get("DataSetIdentifier") for found in objects(definition)}
    return tuple(data_set for data_set in data_sets if data_set.id in named)
