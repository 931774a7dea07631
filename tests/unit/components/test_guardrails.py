"""What holds for all resources of an environment."""

from collections.abc import Iterator

from tests.synthesis import Assembly, Resource

OWN = {"application": "ml-data-lake", "environment": "laptop", "owner": "data-platform", "cost-center": "none"}


def tags_of(resource: Resource) -> dict[str, str] | None:
    tags = resource.properties.get("Tags")
    if isinstance(tags, list):
        return {tag["Key"]: tag["Value"] for tag in tags}
    return tags


def tagged(assembly: Assembly) -> Iterator[tuple[Resource, dict[str, str]]]:
    for resource in assembly.resources():
        tags = tags_of(resource)
        if tags is not None:
            yield resource, tags


def test_every_resource_that_takes_tags_names_its_owner_and_who_pays(laptop_assembly: Assembly) -> None:
    wrong = [str(resource) for resource, tags in tagged(laptop_assembly) if not tags.items() >= OWN.items()]
    assert wrong == []


def test_tags_cross_the_boundary_of_the_stage(laptop_assembly: Assembly) -> None:
    stacks = {resource.stack for resource, _ in tagged(laptop_assembly)}
    assert stacks == set(laptop_assembly.templates)
