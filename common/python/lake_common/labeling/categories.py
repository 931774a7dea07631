"""Label category files.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateLabelingJob.html (LabelCategoryConfigS3Uri)
"""

from __future__ import annotations

from typing import Any

from lake_common.labeling.tasks import Kind

VERSION = "2018-11-28"
# https://docs.aws.amazon.com/sagemaker/latest/dg/input-data-limits.html counts classes by task type; this is the least.
MOST = 30
_CLASSES: frozenset[Kind] = frozenset({"image_classification", "text_classification"})
_INSTRUCTIONS = ("fullInstruction", "shortInstruction")


class CategoriesError(ValueError):
    """A label category file that Ground Truth would refuse."""


def categories_of(document: Any, kind: Kind) -> tuple[str, ...]:
    """Read the labels of a category file.

    Raises
    ------
    CategoriesError
        Naming the key that is wrong.
    """
    if not isinstance(document, dict) or document.get("document-version") != VERSION:
        raise CategoriesError(f'document-version must be "{VERSION}"')
    entries = document.get("labels")
    if not isinstance(entries, list):
        raise CategoriesError(f'labels must be a list of {{"label": "..."}}; got {entries!r}')
    labels = tuple(_label(number, entry) for number, entry in enumerate(entries))
    least = 2 if kind in _CLASSES else 1
    if not least <= len(labels) <= MOST:
        raise CategoriesError(f"labels of {kind} must be {least} to {MOST}; got {len(labels)}")
    twice = sorted({label for label in labels if labels.count(label) > 1})
    if twice:
        raise CategoriesError(f"labels must differ; {twice} occur twice")
    if kind == "named_entities":
        _check_instructions(document.get("instructions"))
    return labels


def _label(number: int, entry: Any) -> str:
    label = entry.get("label") if isinstance(entry, dict) else None
    if not isinstance(label, str) or not label.strip():
        raise CategoriesError(f"labels[{number}].label must be text; got {entry!r}")
    return label


def _check_instructions(found: Any) -> None:
    if not isinstance(found, dict) or sorted(found) != list(_INSTRUCTIONS) or not all(found.values()):
        raise CategoriesError(f"instructions of named_entities must have {list(_INSTRUCTIONS)}; got {found!r}")
