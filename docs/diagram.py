"""Draw the architecture from a cloud assembly: `python docs/diagram.py cdk.out > docs/architecture.svg`.

A box is drawn if the templates hold what it stands for, with how many there are: what is not deployed is not shown.
The picture follows light and dark by itself.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

BOX_WIDTH, BOX_HEIGHT, GAP_X, GAP_Y, MARGIN = 150, 58, 34, 54, 20
STYLE = """
.d-box{fill:#fff;stroke:#b9c4d0;stroke-width:1.2}.d-data{fill:#e8f1ff;stroke:#1f6feb}.d-run{fill:#e7f6f3;stroke:#0e9384}
.d-title{font:600 13px system-ui,"DejaVu Sans",sans-serif;fill:#16202c}
.d-text{font:11px system-ui,"DejaVu Sans",sans-serif;fill:#5c6b7c}
.d-line{stroke:#7b8998;stroke-width:1.5;fill:none}.d-soft{stroke-dasharray:4 4}.d-head{fill:#7b8998}
@media (prefers-color-scheme:dark){
.d-box{fill:#1b2430;stroke:#3b4858}.d-data{fill:#14263f;stroke:#5b9dff}.d-run{fill:#10302c;stroke:#2fb5a4}
.d-title{fill:#e6ebf1}.d-text{fill:#93a1b2}.d-line{stroke:#7b8998}.d-head{fill:#7b8998}}
""".replace("\n", "")


@dataclass(frozen=True)
class Node:
    """A box: what it is called, where it stands, and which resources it stands for.

    `types` maps a CloudFormation type to what one of it is called; `prefix` narrows them by the start of their logical
    id. A node without types is always drawn.
    """

    id: str
    title: str
    column: float
    row: float
    types: tuple[tuple[str, str], ...] = ()
    prefix: str = ""
    style: str = "d-box"


@dataclass(frozen=True)
class Resource:
    """A resource of a template."""

    stack: str
    logical_id: str
    type: str


NODES = (
    Node("files", "Files", 0, 1),
    Node("raw", "Raw zone", 1, 1, (("AWS::S3::Bucket", "bucket"),), "Raw", "d-box d-data"),
    Node("curate", "Curate", 2, 1, (("AWS::Glue::Job", "Spark job"),), "Jobs", "d-box d-run"),
    Node("curated", "Curated zone", 3, 1, (("AWS::S3::Bucket", "bucket"),), "Curated", "d-box d-data"),
    Node("analytics", "Analytics zone", 4, 1, (("AWS::S3::Bucket", "bucket"),), "Analytics", "d-box d-data"),
    Node(
        "athena",
        "Athena",
        5,
        1,
        (
            ("AWS::Athena::WorkGroup", "workgroup"),
            ("AWS::Athena::NamedQuery", "named query"),
        ),
        style="d-box d-run",
    ),
    Node("people", "People, notebooks", 6, 1),
    Node("events", "EventBridge", 1, 0, (("AWS::Events::Rule", "rule"), ("AWS::Scheduler::Schedule", "schedule"))),
    Node(
        "pipelines",
        "Step Functions",
        2.5,
        0,
        (("AWS::StepFunctions::StateMachine", "pipeline"),),
        style="d-box d-run",
    ),
    Node("alerts", "SNS", 4, 0, (("AWS::SNS::Topic", "topic"), ("AWS::Budgets::Budget", "budget"))),
    Node(
        "watch", "CloudWatch", 5, 0, (("AWS::CloudWatch::Alarm", "alarm"), ("AWS::CloudWatch::Dashboard", "dashboard"))
    ),
    Node(
        "crawlers", "Glue crawlers", 1, 2, (("AWS::Glue::Crawler", "crawler"), ("AWS::Glue::Classifier", "classifier"))
    ),
    Node("quality", "Data quality", 2, 2, (("AWS::Glue::DataQualityRuleset", "ruleset"),)),
    Node("failures", "Quarantine", 3, 2, (("AWS::S3::Bucket", "bucket"),), "Failures", "d-box d-data"),
    Node("catalog", "Glue catalog", 4, 2, (("AWS::Glue::Database", "database"), ("AWS::Glue::Table", "table"))),
    Node(
        "dashboards",
        "QuickSight",
        6,
        2,
        (("AWS::QuickSight::Dashboard", "dashboard"), ("AWS::QuickSight::DataSet", "data set")),
        style="d-box d-run",
    ),
    Node("results", "Query results", 5, 2, (("AWS::S3::Bucket", "bucket"),), "Results", "d-box d-data"),
    Node("tables", "DynamoDB", 0, 2, (("AWS::DynamoDB::Table", "table"),), style="d-box d-data"),
    Node(
        "functions",
        "Lambda",
        0,
        3,
        (("AWS::Lambda::Function", "function"), ("AWS::Lambda::EventSourceMapping", "mapping")),
        style="d-box d-run",
    ),
    Node("stream", "Kinesis", 1, 3, (("AWS::Kinesis::Stream", "stream"),), style="d-box d-data"),
    Node("archive", "Firehose", 2, 3, (("AWS::KinesisFirehose::DeliveryStream", "delivery stream"),)),
    Node(
        "clusters",
        "EMR",
        3,
        3,
        (
            ("AWS::EMR::SecurityConfiguration", "kind of cluster"),
            ("AWS::EMR::Cluster", "cluster"),
            ("AWS::EMRServerless::Application", "application"),
        ),
        style="d-box d-run",
    ),
    Node(
        "labeling",
        "Ground Truth",
        4,
        3,
        (("AWS::SageMaker::Workteam", "work team"), ("AWS::Cognito::UserPool", "user pool")),
        style="d-box d-run",
    ),
    Node("objects", "Objects to label", 5, 3, (("AWS::S3::Bucket", "bucket"),), "Labeling", "d-box d-data"),
    Node("keys", "KMS", 1, 4, (("AWS::KMS::Key", "key"),)),
    Node("network", "VPC", 2, 4, (("AWS::EC2::VPCEndpoint", "endpoint"), ("AWS::EC2::Subnet", "subnet"))),
    Node("roles", "IAM", 3, 4, (("AWS::IAM::Role", "role"), ("AWS::IAM::ManagedPolicy", "team policy"))),
    Node("trail", "CloudTrail", 4, 4, (("AWS::CloudTrail::Trail", "trail"),)),
    Node("entries", "Access points", 5, 4, (("AWS::S3::AccessPoint", "access point"),)),
)
# What flows, then what steers and watches.
FLOWS = (
    ("files", "raw"),
    ("raw", "curate"),
    ("curate", "curated"),
    ("curated", "analytics"),
    ("analytics", "athena"),
    ("athena", "people"),
    ("athena", "dashboards"),
    ("dashboards", "people"),
    ("curate", "failures"),
    ("athena", "results"),
    ("stream", "functions"),
    ("functions", "tables"),
    ("functions", "raw"),
    ("stream", "archive"),
    ("archive", "curated"),
    ("objects", "labeling"),
)
STEERS = (
    ("raw", "events"),
    ("events", "pipelines"),
    ("pipelines", "curate"),
    ("pipelines", "alerts"),
    ("watch", "alerts"),
    ("raw", "crawlers"),
    ("crawlers", "quality"),
)


def main(arguments: Sequence[str]) -> int:
    """Print the picture of an assembly."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python docs/diagram.py <cloud assembly>\n")
        return 2
    sys.stdout.write(draw(list(resources(Path(arguments[0])))))
    return 0


def resources(assembly: Path) -> Iterator[Resource]:
    """Read the resources of all templates of an assembly and of the stages in it."""
    for template in sorted(assembly.rglob("*.template.json")):
        content: dict[str, Any] = json.loads(template.read_text(encoding="utf-8"))
        for logical_id, resource in content.get("Resources", {}).items():
            yield Resource(template.name.removesuffix(".template.json"), logical_id, resource["Type"])


def draw(found: Sequence[Resource]) -> str:
    """Draw the nodes that stand for something, and the arrows between them."""
    labels = {node.id: label for node in NODES if (label := _label(node, found)) is not None}
    nodes = {node.id: node for node in NODES if node.id in labels}
    arrows = [_arrow(nodes[a], nodes[b], soft=False) for a, b in FLOWS if a in nodes and b in nodes]
    arrows += [_arrow(nodes[a], nodes[b], soft=True) for a, b in STEERS if a in nodes and b in nodes]
    width = MARGIN * 2 + 7 * BOX_WIDTH + 6 * GAP_X
    height = MARGIN * 2 + 5 * BOX_HEIGHT + 4 * GAP_Y
    boxes = "".join(_box(node, labels[node.id]) for node in nodes.values())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="Architecture">'
        f"<title>Architecture</title><style>{STYLE}</style>"
        '<defs><marker id="d-arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path class="d-head" d="M0 0 8 4 0 8z"/></marker></defs>'
        f"{''.join(arrows)}{boxes}</svg>\n"
    )


def _label(node: Node, found: Sequence[Resource]) -> str | None:
    """Say how many of each type there are; None if there is nothing to draw."""
    if not node.types:
        return ""
    counts = [
        (sum(item.type == kind and item.logical_id.startswith(node.prefix) for item in found), name)
        for kind, name in node.types
    ]
    parts = [f"{count} {_plural(name, count)}" for count, name in counts if count]
    return ", ".join(parts) or None


def _plural(name: str, count: int) -> str:
    if count == 1:
        return name
    return f"{name[:-1]}ies" if name.endswith("y") and name[-2] not in "aeiou" else f"{name}s"


def _corner(node: Node) -> tuple[float, float]:
    return MARGIN + node.column * (BOX_WIDTH + GAP_X), MARGIN + node.row * (BOX_HEIGHT + GAP_Y)


def _box(node: Node, label: str) -> str:
    x, y = _corner(node)
    lines = _wrapped(label)
    first = y + BOX_HEIGHT / 2 + 5 - 8 * len(lines)
    texts = "".join(
        f'<text class="d-text" x="{x + BOX_WIDTH / 2:.0f}" y="{first + 15 * (index + 1):.0f}" text-anchor="middle">'
        f"{escape(line)}</text>"
        for index, line in enumerate(lines)
    )
    return (
        f'<rect class="{node.style}" x="{x:.0f}" y="{y:.0f}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="9"/>'
        f'<text class="d-title" x="{x + BOX_WIDTH / 2:.0f}" y="{first:.0f}" text-anchor="middle">'
        f"{escape(node.title)}</text>"
        f"{texts}"
    )


def _wrapped(label: str) -> list[str]:
    """At most two lines: what does not fit beside the first part goes below."""
    if len(label) <= 24 or ", " not in label:
        return [label] if label else []
    first, rest = label.split(", ", 1)
    return [f"{first},", rest]


def _arrow(start: Node, end: Node, *, soft: bool) -> str:
    (x1, y1), (x2, y2) = _corner(start), _corner(end)
    if start.row == end.row:
        forth = x2 > x1
        points = (x1 + BOX_WIDTH * forth, y1 + BOX_HEIGHT / 2, x2 + BOX_WIDTH * (not forth), y2 + BOX_HEIGHT / 2)
    else:
        down = y2 > y1
        points = (x1 + BOX_WIDTH / 2, y1 + BOX_HEIGHT * down, x2 + BOX_WIDTH / 2, y2 + BOX_HEIGHT * (not down))
    style = "d-line d-soft" if soft else "d-line"
    line = "M{:.0f} {:.0f}L{:.0f} {:.0f}".format(*points)
    return f'<path class="{style}" d="{line}" marker-end="url(#d-arrow)"/>'


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
