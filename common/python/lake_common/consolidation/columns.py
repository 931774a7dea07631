"""Arithmetic on columns."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat
from math import exp
from operator import add, mul, sub, truediv

from lake_common.consolidation.crowd import Column, Columns


def normalized(logarithms: Sequence[Sequence[float]]) -> Columns:
    """Turn logarithms of weights, by class, into probabilities of each object."""
    if len(logarithms) == 2:
        first = [logistic(one - other) for one, other in zip(*logarithms, strict=True)]
        return [first, [1.0 - each for each in first]]
    top = list(map(max, *logarithms)) if len(logarithms) > 1 else list(logarithms[0])
    weights = [list(map(exp, map(sub, column, top))) for column in logarithms]
    total = weights[0]
    for column in weights[1:]:
        total = list(map(add, total, column))
    return [list(map(truediv, column, total)) for column in weights]


def plus(column: Sequence[float], number: float) -> Column:
    return list(map(add, column, repeat(number)))


def times(column: Sequence[float], other: Sequence[float]) -> Column:
    return list(map(mul, column, other))


def less(column: Sequence[float], other: Sequence[float]) -> Column:
    return list(map(sub, column, other))


def mean(first: Columns, *others: Columns) -> Columns:
    """Average columns of several readings, class by class."""
    number = 1.0 + len(others)
    averaged = []
    for columns in zip(first, *others, strict=True):
        total = list(columns[0])
        for column in columns[1:]:
            total = list(map(add, total, column))
        averaged.append(list(map(truediv, total, repeat(number))))
    return averaged


def logistic(value: float) -> float:
    return 1.0 / (1.0 + exp(-value)) if value > 0.0 else exp(value) / (1.0 + exp(value))
