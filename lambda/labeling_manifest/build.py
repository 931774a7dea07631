"""From a source to a manifest in S3 and a request that SageMaker will take."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lake_common.labeling.categories import CategoriesError, categories_of
from lake_common.labeling.manifest import ManifestError, read
from lake_common.labeling.requests import check, labeling_job
from lake_common.labeling.tasks import Task, job_name

from labeling_manifest import sources
from labeling_manifest.aws import Jobs, Labeled, Objects
from labeling_manifest.choose import Order, order
from labeling_manifest.settings import Settings

_NO_QUERY = "none"


@dataclass(frozen=True, kw_only=True)
class Builder:
    """Makes the next job of a task. Nothing it does costs money or tells a worker anything."""

    settings: Settings
    objects: Objects
    labeled: Labeled
    jobs: Jobs

    def build(self, task: Task, source: Mapping[str, Any], *, query: str, number: int) -> dict[str, Any]:
        """Write the manifest and make the request.

        Parameters
        ----------
        source
            `{"prefix"}`, `{"query"}`, `{"job", "below"}` or `{"stream"}`.
        query
            `s3://` address of the query's result, if the source is one.
        number
            How many jobs the task will have had with this one.
        """
        if "stream" in source:
            return self._stream(task, number)
        lines, unfit = self._lines(task, source, query)
        chosen = order(
            lines,
            task,
            labeled=self.labeled.names(task.name),
            most=self.settings.most_objects,
            number=number,
            place=self.settings.ledger_table,
            image_bucket=self.settings.bucket,
        )
        arguments = self._ordered(task, chosen) if chosen.objects else {}
        return {
            "objects": chosen.objects,
            "stream": False,
            "name": chosen.name,
            "arguments": arguments,
            "labeled_before": chosen.labeled_before,
            "left_for_later": chosen.left_for_later,
            "unfit": len(unfit),
            "unfit_examples": unfit[:5],
        }

    def _lines(self, task: Task, source: Mapping[str, Any], query: str) -> tuple[list[dict[str, Any]], list[str]]:
        bucket = self.settings.bucket
        if "prefix" in source:
            sources.check_folder(source["prefix"])
            return sources.of_folder(self.objects.below(bucket, source["prefix"]), task, bucket)
        if "job" in source:
            attribute, manifest = self.jobs.output(source["job"])
            return sources.of_job(read(self.objects.read(manifest)), attribute, source.get("below")), []
        if query == _NO_QUERY:
            raise ManifestError(f"source must be a prefix, a query, a job or a stream; got {dict(source)}")
        lines = sources.of_query(self.objects.read(query).decode("utf-8"))
        self.objects.check_all_exist(line["source-ref"] for line in lines if "source-ref" in line)
        return lines, []

    def _ordered(self, task: Task, chosen: Order) -> dict[str, Any]:
        address = f"s3://{self.settings.bucket}/manifests/{task.name}/{chosen.name}.manifest"
        arguments = labeling_job(task, self.settings.jobs, name=chosen.name, manifest=address)
        self._check(task, arguments)
        self.objects.write(address, chosen.manifest)
        return arguments

    def _stream(self, task: Task, number: int) -> dict[str, Any]:
        topics = self.settings.topics
        if task.name not in topics:
            raise ManifestError(f"tasks that may stream are {sorted(topics)}; got {task.name}")
        name = job_name(task.name, number, hashlib.sha256(self.settings.ledger_table.encode()).hexdigest())
        arguments = labeling_job(task, self.settings.jobs, name=name, topic_arn=topics[task.name])
        self._check(task, arguments)
        return {"objects": 0, "stream": True, "name": name, "arguments": arguments, "labeled_before": 0}

    def _check(self, task: Task, arguments: Mapping[str, Any]) -> None:
        check(arguments, self.jobs.request_shape)
        address = self.settings.jobs.files[task.name].categories
        try:
            found = categories_of(json.loads(self.objects.read(address)), task.kind)
        except (CategoriesError, json.JSONDecodeError) as error:
            raise ManifestError(f"label categories of {task.name} at {address}: {error}") from error
        if found != task.categories:
            raise ManifestError(f"label categories of {task.name} at {address} must be {task.categories}; got {found}")
