"""ARNs of what AWS brings along for labeling, by region.

The tests compare them with those in the documentation that comes with botocore.
"""

from __future__ import annotations

from typing import Literal

from lake_common.labeling.tasks import Kind

# Accounts of AWS that own the functions of the built-in task types.
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_HumanTaskConfig.html
FUNCTION_ACCOUNTS = {
    "ap-northeast-1": "477331159723",
    "ap-northeast-2": "845288260483",
    "ap-south-1": "565803892007",
    "ap-southeast-1": "377565633583",
    "ap-southeast-2": "454466003867",
    "ca-central-1": "918755190332",
    "eu-central-1": "203001061592",
    "eu-west-1": "568282634449",
    "eu-west-2": "487402164563",
    "us-east-1": "432418664414",
    "us-east-2": "266458841044",
    "us-west-2": "081040173940",
}
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_LabelingJobAlgorithmsConfig.html
_ALGORITHM_ACCOUNT = "027400017018"
# https://docs.aws.amazon.com/sagemaker/latest/dg/sms-workforce-management-public.html
_PUBLIC_ACCOUNT = "394669845002"

_BUILT_IN = {
    "image_classification": "ImageMultiClass",
    "text_classification": "TextMultiClass",
    "named_entities": "NamedEntityRecognition",
    "bounding_boxes": "BoundingBox",
}
# Ground Truth trains models for these kinds only.
_ALGORITHMS = {
    "image_classification": "image-classification",
    "text_classification": "text-classification",
    "bounding_boxes": "object-detection",
}


def built_in_function(region: str, step: Literal["PRE", "ACS"], kind: Kind) -> str:
    """Name AWS' own pre-annotation (PRE) or consolidation (ACS) function of a kind of task.

    Raises
    ------
    ValueError
        If Ground Truth has none in the region.
    """
    _check_region(region)
    return f"arn:aws:lambda:{region}:{FUNCTION_ACCOUNTS[region]}:function:{step}-{_BUILT_IN[kind]}"


def can_automate(kind: Kind) -> bool:
    """Whether Ground Truth trains models for a kind of task."""
    return kind in _ALGORITHMS


def algorithm(region: str, kind: Kind) -> str:
    """Name the algorithm that learns from labels and gives some itself.

    Raises
    ------
    ValueError
        If there is none for the kind, or in the region.
    """
    _check_region(region)
    if not can_automate(kind):
        raise ValueError(f"automated labeling knows {sorted(_ALGORITHMS)}; got {kind}")
    name = f"labeling-job-algorithm-specification/{_ALGORITHMS[kind]}"
    return f"arn:aws:sagemaker:{region}:{_ALGORITHM_ACCOUNT}:{name}"


def public_workteam(region: str) -> str:
    """Name the workteam of Amazon Mechanical Turk."""
    _check_region(region)
    return f"arn:aws:sagemaker:{region}:{_PUBLIC_ACCOUNT}:workteam/public-crowd/default"


def _check_region(region: str) -> None:
    if region not in FUNCTION_ACCOUNTS:
        raise ValueError(f"Ground Truth must know the region, so one of {sorted(FUNCTION_ACCOUNTS)}; got {region}")
