"""Whoever is called finds what to do: alarms and notices reach people, and name a section that is there."""

import re
from collections.abc import Iterator
from functools import cache

from tests.policy.rules import listed
from tests.synthesis import ROOT, Assembly, Resource

_LINK = re.compile(r"(docs/[\w-]+\.md)#([\w-]+)")


def calls_nobody(assembly: Assembly) -> list[str]:
    """Alarms that do not ring, or do not stop ringing, at the topic of alerts."""
    return sorted(
        str(alarm)
        for alarm in assembly.resources(type="AWS::CloudWatch::Alarm")
        if any("Alerts" not in str(alarm.properties.get(key)) for key in ("AlarmActions", "OKActions"))
    )


def without_runbook(assembly: Assembly) -> list[str]:
    """Alarms and notices that name no section of a runbook, or one that is not there."""
    return sorted(f"{resource}: {text}" for resource, text in _told(assembly) if not names_a_section(text))


def names_a_section(text: str) -> bool:
    """Tell whether a text has links to sections, all of which are there."""
    links = _LINK.findall(text)
    return bool(links) and all(section in _sections(file) for file, section in links)


def _told(assembly: Assembly) -> Iterator[tuple[Resource, str]]:
    for resource in assembly.resources():
        if resource.type == "AWS::CloudWatch::Alarm":
            yield resource, resource.properties.get("AlarmDescription", "")
        elif resource.type == "AWS::Events::Rule":
            for target in listed(resource.properties.get("Targets", [])):
                if "Alerts" in str(target["Arn"]):
                    yield resource, str(target.get("InputTransformer", {}).get("InputTemplate", ""))


@cache
def _sections(file: str) -> frozenset[str]:
    """Give the anchors that headings get where Markdown is shown."""
    headings = re.findall(r"^#+ (.*)$", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)
    return frozenset(re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings)
