"""Checks of the text pipeline: every document is accounted for, weights are what they should be, clusters are gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smoke.check import NotProvenError, Suite, require
from smoke.lake import ANALYTICS, Lake

if TYPE_CHECKING:
    from search.client import Build

suite = Suite()

_CLUSTERS = "lake-text "
_UP = ["STARTING", "BOOTSTRAPPING", "RUNNING", "WAITING"]
_SHARE, _WORTH_MEASURING_BYTES = 0.1, 10_000_000
_INDEX = ("text_terms", "text_postings")


@suite.check("Every file of an indexed collection is a document or in quarantine")
def documents(lake: Lake) -> str:
    told = []
    for build in _builds(lake):
        name = build.collection
        raw = [
            item["Key"]
            for page in lake.client("s3")
            .get_paginator("list_objects_v2")
            .paginate(Bucket=lake.bucket("raw"), Prefix=f"documents/collection={name}/")
            for item in page.get("Contents", [])
        ]
        if any(key.endswith((".xml", ".xml.bz2")) for key in raw):
            continue  # a dump holds as many documents as it has pages
        kept = int(lake.scalar(f"SELECT count(*) FROM documents WHERE collection = '{name}'"))  # noqa: S608
        refused = int(
            lake.scalar(
                "SELECT count(*) FROM quarantine WHERE source_table = 'documents' "  # noqa: S608
                f"AND scope = 'collection-{name}'"
            )
        )
        require(
            len(raw) == kept + refused,
            f"{name}: {len(raw)} files must be documents or in quarantine; got {kept} and {refused}",
        )
        told.append(f"{name}: {len(raw):,} = {kept:,} + {refused:,}")
    if not told:
        raise NotProvenError("no collection of single files has been indexed yet")
    return "; ".join(told)


@suite.check("The weights of each document of an index have the length that its options say")
def weights(lake: Lake) -> str:
    told = []
    for build in _builds(lake):
        if build.options.norm != "l2":
            continue
        sql = f"""
            SELECT count(*) AS documents, max(abs(length - 1)) AS error
            FROM (
              SELECT doc_id, sqrt(sum(weight * weight)) AS length FROM text_postings
              WHERE collection = '{build.collection}' AND build = '{build.name}' GROUP BY doc_id
            )
        """  # noqa: S608
        found, error = lake.query(sql, database=ANALYTICS).iloc[0]
        require(found <= build.documents, f"{build.collection}: {build.documents} documents; got postings of {found}")
        require(float(error) < 1e-9, f"{build.collection}: lengths must be 1; one is off by {error}")
        told.append(f"{build.collection}: {int(found):,} documents, off by {float(error):.0e} at most")
    if not told:
        raise NotProvenError("no index with weights of length 1 has been built yet")
    return "; ".join(told)


@suite.check("A search reads a small part of its index")
def search(lake: Lake) -> str:
    from search.client import Index, connect  # noqa: PLC0415 (it imports this package)

    told = []
    for build in _builds(lake):
        size = sum(_size(lake, f"{table}/collection={build.collection}/build={build.name}/") for table in _INDEX)
        if size < _WORTH_MEASURING_BYTES:
            continue
        sql = f"""
            SELECT term FROM text_top_terms WHERE collection = '{build.collection}' AND build = '{build.name}'
            AND rank = 1 GROUP BY term ORDER BY count(*) DESC, term LIMIT 3
        """  # noqa: S608
        words = " ".join(lake.query(sql, database=ANALYTICS)["term"])
        result = Index(connect(lake.config.environment.name), build.collection).search(words)
        require(bool(result.hits), f"{build.collection}: {words!r} must be found; got nothing")
        share = result.scanned_bytes / size
        require(share < _SHARE, f"{build.collection}: a search must read less than {_SHARE:.0%}; got {share:.1%}")
        told.append(f"{build.collection}: {words!r} read {share:.2%} of {size / 1e6:.0f} MB")
    if not told:
        raise NotProvenError(f"no index has {_WORTH_MEASURING_BYTES / 1e6:.0f} MB yet")
    return "; ".join(told)


@suite.check("No cluster outlives the run that it was made for")
def clusters(lake: Lake) -> str:
    _need_pipeline(lake)
    before = _running(lake)
    pages = lake.client("emr").get_paginator("list_clusters").paginate(ClusterStates=_UP)
    up = [cluster for page in pages for cluster in page["Clusters"] if cluster["Name"].startswith(_CLUSTERS)]
    # A run may have ended meanwhile, or begun.
    busy = before | _running(lake)
    left = [cluster["Id"] for cluster in up if cluster["Name"].removeprefix(_CLUSTERS) not in busy]
    require(not left, f"clusters must end with their run; got {', '.join(left)} (each ends when it has been idle)")
    return f"{len(up)} clusters are up, for {len(busy)} runs"


def _running(lake: Lake) -> set[str]:
    pages = lake.client("stepfunctions").get_paginator("list_executions")
    found = pages.paginate(stateMachineArn=lake.outputs["TextPipelineArn"], statusFilter="RUNNING")
    return {execution["name"] for page in found for execution in page["executions"]}


def _need_pipeline(lake: Lake) -> None:
    if "TextPipelineArn" not in lake.outputs:
        raise NotProvenError("EMR is off in this environment")


def _builds(lake: Lake) -> list[Build]:
    from search.client import builds, connect  # noqa: PLC0415 (it imports this package)

    _need_pipeline(lake)
    found = builds(connect(lake.config.environment.name))
    if not found:
        raise NotProvenError("no collection has been indexed yet")
    return found


def _size(lake: Lake, prefix: str) -> int:
    pages = lake.client("s3").get_paginator("list_objects_v2").paginate(Bucket=lake.bucket("analytics"), Prefix=prefix)
    return sum(item["Size"] for page in pages for item in page.get("Contents", []))
