"""Consolidate one crowd in a process of its own: `{"answers", "classes"}` as JSON in, labels and cost out."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "common" / "python"))

from lake_common.consolidation.labels import consolidate


def main() -> None:
    asked = json.load(sys.stdin)
    before = time.process_time()
    found = consolidate(
        [(name, worker, label) for name, worker, label in asked["answers"]], asked["classes"], "dawid_skene"
    )
    seconds = time.process_time() - before
    labels = {name: [label.name, label.confidence] for name, label in found.labels.items()}
    json.dump({"labels": labels, "seconds": seconds, "peak_mib": _peak_mib()}, sys.stdout)


def _peak_mib() -> float:
    """Return the most memory that this process had; `getrusage` would count what its parent had before."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024.0


if __name__ == "__main__":
    main()
