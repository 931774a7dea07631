"""Labeling jobs on the laptop, against what the SageMaker developer guide says of Ground Truth."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.labeling_support import CLASSES, Studio

GOOD = [{"name": f"good-{number}", "accuracy": 1} for number in range(3)]
TRUTHS = {f"animal {number}": CLASSES[number % 3] for number in range(12)}
LINES = [{"source": source, "weight": len(source)} for source in TRUTHS]


@pytest.fixture(scope="module")
def studio(laptop: Any) -> Studio:
    made = Studio(laptop)
    made.crowd("good-*", TRUTHS, GOOD)
    return made


def test_a_job_labels_every_object_of_its_manifest(studio: Studio) -> None:
    done = studio.wait(studio.start("good-all", LINES))
    assert done["LabelingJobStatus"] == "Completed", done
    counters = {"TotalLabeled": 12, "HumanLabeled": 12, "MachineLabeled": 0, "FailedNonRetryableError": 0}
    assert done["LabelCounters"] == counters | {"Unlabeled": 0}
    output = studio.output("good-all")
    assert done["LabelingJobOutput"]["OutputDatasetS3Uri"].endswith("good-all/manifests/output/output.manifest")
    assert [line["source"] for line in output] == list(TRUTHS)
    assert [line["animal"] for line in output] == [{"label": label, "votes": 3} for label in TRUTHS.values()]
    assert output[3]["weight"] == LINES[3]["weight"]
    metadata = output[0]["animal-metadata"]
    assert metadata.keys() == {"job_name", "type", "human-annotated", "creation_date"}
    assert (metadata["job_name"], metadata["human-annotated"]) == ("good-all", "yes")
