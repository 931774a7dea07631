"""Names and ARNs as plain text.

A construct lives in another process, and each read of an attribute is a call into it: what many statements name is read
once here, and composed in Python.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TypeVar, cast

from aws_cdk import Stack
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import IConstruct

_PARTITIONS = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}

_Source = TypeVar("_Source")
_Value = TypeVar("_Value")


def _once(read: Callable[[_Source], _Value]) -> Callable[[_Source], _Value]:
    """Remember what was read from each construct; the library's interfaces do not say that they can be looked up by."""
    return cast("Callable[[_Source], _Value]", cache(read))


@dataclass(frozen=True)
class Home:
    """Where a stack is deployed."""

    region: str
    account: str

    @property
    def partition(self) -> str:
        """The part of AWS that the region is in: asked for it, the library loads a table of facts of all regions."""
        return next((name for prefix, name in _PARTITIONS.items() if self.region.startswith(prefix)), "aws")


@_once
def home(scope: IConstruct) -> Home:
    """Give the place of the stack that a construct belongs to."""
    return _of_stack(Stack.of(scope))


@_once
def _of_stack(stack: Stack) -> Home:
    return Home(stack.region, stack.account)


def arn(scope: IConstruct, service: str, resource: str, *, region: str | None = None) -> str:
    """Name a resource of the scope's own account, and of its region unless another is given; IAM's have none (`""`)."""
    here = home(scope)
    return f"arn:{here.partition}:{service}:{here.region if region is None else region}:{here.account}:{resource}"


@_once
def bucket_arn(bucket: s3.IBucket) -> str:
    """Name a bucket."""
    return bucket.bucket_arn


def objects_arn(bucket: s3.IBucket, keys: str) -> str:
    """Name objects of a bucket by a pattern of their keys."""
    return f"{bucket_arn(bucket)}/{keys}"


@_once
def bucket_name(bucket: s3.IBucket) -> str:
    """Name a bucket as addresses do: `s3://` and then this."""
    return bucket.bucket_name


@_once
def key_arn(key: kms.IKey) -> str:
    """Name a key."""
    return key.key_arn
