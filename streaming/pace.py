"""Send events at their times: as they happened, faster, or as fast as it goes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from streaming.disorder import Due

# Sleeps are shorter than this, so that events flow steadily and an interrupt is heard soon.
LONGEST_SLEEP_SECONDS = 0.2


def paced(
    dues: Iterable[Due], *, speed: float, clock: Callable[[], float], sleep: Callable[[float], None]
) -> Iterator[Due | None]:
    """Yield each event when it is due; yield None while nothing is, so that the caller can send what it holds.

    Parameters
    ----------
    speed
        Seconds of event time per second: 1 is real time, 0 means without waiting.
    clock, sleep
        A monotonic clock in seconds, and how to wait.

    Raises
    ------
    ValueError
        If the speed is negative.
    """
    if speed < 0:
        raise ValueError(f"speed must be 0 (without waiting) or more; got {speed}")
    return iter(dues) if speed == 0 else _waiting(dues, speed, clock, sleep)


def _waiting(
    dues: Iterable[Due], speed: float, clock: Callable[[], float], sleep: Callable[[float], None]
) -> Iterator[Due | None]:
    started = clock()
    origin = None
    for due in dues:
        origin = origin or due.time
        at = started + (due.time - origin).total_seconds() / speed
        while (left := at - clock()) > 0:
            yield None
            sleep(min(left, LONGEST_SLEEP_SECONDS))
        yield due
