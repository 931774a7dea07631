"""The two steps around the writing of Parquet: read a job's results, and let the tables show them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lake_common.labeling.manifest import read as read_manifest
from lake_common.labeling.tasks import Task

from labeling_results import answers, statements, whole_job
from labeling_results.answers import Answer
from labeling_results.aws import Catalog, Files, Ledger
from labeling_results.report import report
from labeling_results.rows import outcome
from labeling_results.settings import Settings
from labeling_results.statements import Harvest

_MANIFEST = "/manifests/output/output.manifest"


@dataclass(frozen=True, kw_only=True)
class Harvester:
    """Both steps may run again at any time, and give the same tables."""

    settings: Settings
    files: Files
    ledger: Ledger
    catalog: Catalog

    def read(
        self, task: Task, harvest: Harvest, *, request: str, described: Mapping[str, Any], now: str
    ) -> dict[str, Any]:
        """Write the rows of a job where the staging table sees them.

        Parameters
        ----------
        described
            Status, counters and address of the output manifest of the job.
        now
            Time, as SQL reads it.
        """
        lines, said = self._output(task, described["output"])
        found = outcome(
            lines,
            said,
            task,
            request=request,
            ended=now,
            verdict_of=self.ledger.verdict,
            label_of=self.ledger.label,
            again=whole_job.consolidated,
        )
        settings = self.settings
        self.files.write_lines(settings.bucket, statements.staging_key(harvest), (row.as_dict() for row in found.rows))
        places = {"raw_database": settings.raw_database, "curated_bucket": settings.curated_bucket}
        return {
            "harvest": harvest.id,
            "outcome": "INCOMPLETE" if found.without or described["status"] == "Stopped" else "SUCCEEDED",
            "report": report(
                found, described["counters"], object_usd=settings.object_usd, answer_usd=settings.answer_usd
            ),
            "queries": {
                statements.LABELS: statements.unload_labels(harvest, **places),
                statements.ANSWERS: statements.unload_answers(harvest, **places),
            },
        }

    def publish(self, harvest: Harvest) -> dict[str, Any]:
        """Let the tables show the rows, then count their objects as labeled."""
        for table in (statements.ANSWERS, statements.LABELS):
            place = statements.location(self.settings.curated_bucket, table, harvest)
            self.catalog.show(table, [harvest.task, harvest.job], place)
            self._forget_earlier(table, harvest)
        rows = self.files.read_lines(self.settings.bucket, statements.staging_key(harvest))
        return {"labeled": self.ledger.mark_labeled(rows, harvest.job)}

    def _forget_earlier(self, table: str, harvest: Harvest) -> None:
        """Delete what an earlier reading of the same job wrote: of a stream, each reading has everything."""
        bucket = self.settings.curated_bucket
        keep = f"{table}/{harvest.folder}/"
        of_job = f"{table}/{harvest.folder.rpartition('/')[0]}/"
        self.files.delete(bucket, [key for key in self.files.keys(bucket, of_job) if not key.startswith(keep)])

    def _output(self, task: Task, address: str) -> tuple[list[dict[str, Any]], dict[int, list[Answer]]]:
        """Read the output manifest and the answers of a job; a job that failed early has neither."""
        if not address:
            return [], {}
        bucket, _, key = address.removeprefix("s3://").partition("/")
        if not key.endswith(_MANIFEST):
            raise ValueError(f"the output manifest of a job must end with {_MANIFEST}; got {address}")
        folder = f"{key.removesuffix(_MANIFEST)}/annotations/worker-response/"
        found: dict[int, list[str]] = defaultdict(list)
        for response in self.files.keys(bucket, folder):
            line = answers.line_of(response)
            if line is not None:
                found[line].append(response)
        keys = [response for line in sorted(found) for response in found[line]]
        documents = iter(self.files.documents(bucket, keys))
        said = {line: answers.read([next(documents) for _ in found[line]], task) for line in sorted(found)}
        return read_manifest(self.files.read(bucket, key)), said
