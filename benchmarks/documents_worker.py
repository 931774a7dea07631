"""The step `documents` in a process of its own: `python -m benchmarks.documents_worker RAW OUT`; see tfidf_worker."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from benchmarks.spark_lake import start
from benchmarks.tfidf_data import COLLECTION
from contracts.loader import load_contracts


def main(raw: Path, out: Path) -> None:
    contracts = out / "contracts"
    contracts.mkdir(parents=True)
    for contract in load_contracts():
        (contracts / f"{contract.name}.json").write_text(json.dumps(contract.as_dict()))
    spark = start(out, ("curated", "failures", "analytics"))
    spark.sparkContext._jsc.hadoopConfiguration().set("fs.viewfs.mounttable.raw.linkFallback", f"rawlocal://{raw}")
    from lake_common import contract as contract_module  # noqa: PLC0415

    from emr_steps.documents import step  # noqa: PLC0415

    contract_module.PACKAGED = contracts
    given = {f"--{zone}_bucket": zone for zone in ("raw", "curated", "analytics", "failures")}
    given |= {"--collection": COLLECTION, "--run_id": "benchmark"}
    print("ready", flush=True)
    step.main([text for pair in given.items() for text in pair])
    print("done", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
