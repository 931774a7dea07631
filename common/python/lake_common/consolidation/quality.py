"""What the answers tell of a worker."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Worker:
    """The quality of one worker.

    Parameters
    ----------
    answers
        Number of answers that counted.
    agreement
        Share of them that are the label in the end; of marks, the share of the worker's and the agreed ones that is
        both.
    accuracy
        How probable it is that the worker's next answer, or mark, is right; with few answers it stays near that of all.
    information
        Bits that an answer tells about the class: zero for a spammer, whatever the accuracy. None for marks.
    """

    answers: int
    agreement: float
    accuracy: float
    information: float | None
