"""What the templates say of QuickSight is what its API takes, and a lake with broken dashboards is not synthesized."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import aws_cdk as cdk
import botocore.session
import pytest
from botocore.model import Shape
from botocore.validate import ParamValidator

from config.loader import load
from contracts.loader import load_contracts
from dashboards.check import DashboardError
from stacks.platform_stage import PlatformStage
from tests.synthesis import Assembly, Resource

MODEL = botocore.session.get_session().get_service_model("quicksight")
PREFIX = "AWS::QuickSight::"
# Members of CloudFormation alone: what it does besides calling CreateDataSet.
OF_CLOUDFORMATION = {
    "DataSet": ("DataSetRefreshProperties", "IngestionWaitPolicy"),
    "RefreshSchedule": ("AwsAccountId", "DataSetId"),
}
OPERATIONS = {
    kind: f"Create{kind}" for kind in ("DataSet", "DataSource", "Dashboard", "Theme", "Folder", "VPCConnection")
}
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-quicksight-dataset.html
DEPRECATED = {"LogicalTableMap", "RowLevelPermissionDataSet", "RowLevelPermissionTagConfiguration"}
ARN = "arn:aws:quicksight:us-east-1:111111111111:group/default/somebody"


def made(assembly: Assembly, kind: str) -> list[Resource]:
    found = list(assembly.resources("Bi", f"{PREFIX}{kind}"))
    assert found
    return found


def shape_of(operation: str) -> Shape:
    shape = MODEL.operation_model(operation).input_shape
    assert shape is not None
    return shape


def plain(value: Any) -> Any:
    """Put text where CloudFormation will: the API's model knows shapes, not values."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1 and next(iter(value)).startswith(("Ref", "Fn::")):
        return ARN
    return {key: plain(item) for key, item in value.items()}


def request(kind: str, resource: Resource) -> dict[str, Any]:
    """Give what CloudFormation asks of the API to create a resource."""
    found: dict[str, Any] = plain(dict(resource.properties))
    for member in OF_CLOUDFORMATION.get(kind, ()):
        found.pop(member, None)
    for folder in found.get("FieldFolders", {}).values():
        for member in list(folder):
            folder[member.lower()] = folder.pop(member)
    return {"AwsAccountId": "1" * 12} | found


@pytest.mark.parametrize("kind", sorted(OPERATIONS))
def test_the_api_takes_what_the_templates_say(kind: str, laptop_assembly: Assembly) -> None:
    shape = shape_of(OPERATIONS[kind])
    for resource in made(laptop_assembly, kind):
        report = ParamValidator().validate(request(kind, resource), shape)
        assert not report.has_errors(), f"{resource}: {report.generate_report()}"


def test_the_api_takes_the_refresh_schedules(laptop_assembly: Assembly) -> None:
    shape = shape_of("CreateRefreshSchedule")
    for resource in made(laptop_assembly, "RefreshSchedule"):
        schedule = request("RefreshSchedule", resource)["Schedule"]
        frequency = schedule["ScheduleFrequency"]
        # CloudFormation and the API write it differently.
        if "TimeZone" in frequency:
            frequency["Timezone"] = frequency.pop("TimeZone")
        asked = {"AwsAccountId": "1" * 12, "DataSetId": "lake", "Schedule": schedule}
        report = ParamValidator().validate(asked, shape)
        assert not report.has_errors(), f"{resource}: {report.generate_report()}"


def test_the_api_does_not_take_what_it_does_not_know(laptop_assembly: Assembly) -> None:
    shape = shape_of("CreateDashboard")
    asked = request("Dashboard", made(laptop_assembly, "Dashboard")[0])
    asked["Definition"]["Sheets"][0]["Visuels"] = []
    assert "Visuels" in ParamValidator().validate(asked, shape).generate_report()


def test_no_property_is_deprecated(laptop_assembly: Assembly) -> None:
    found = {
        f"{resource}: {name}"
        for resource in laptop_assembly.resources("Bi")
        for name in DEPRECATED & resource.properties.keys()
        if resource.type.startswith(PREFIX)
    }
    assert found == set()


def test_no_deployment_waits_for_a_refresh(laptop_assembly: Assembly) -> None:
    """By default it waits up to 36 hours, and fails with the first refresh over an empty lake."""
    for resource in made(laptop_assembly, "DataSet"):
        if resource.properties["ImportMode"] == "SPICE":
            assert resource.properties["IngestionWaitPolicy"]["WaitForSpiceIngestion"] is False, resource


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)
    elif isinstance(value, str):
        yield value


def test_no_arn_of_quicksight_has_a_partition_of_its_own(laptop_assembly: Assembly) -> None:
    found = {
        text
        for resource in laptop_assembly.resources("Bi")
        if resource.type.startswith(PREFIX)
        for text in texts(resource.properties)
        if text.startswith("arn:aws")
    }
    assert found == set()


def test_fails_to_synthesize_when_a_column_that_dashboards_need_is_renamed() -> None:
    contracts = tuple(
        replace(
            contract,
            columns=tuple(
                replace(column, name="paid") if (contract.name, column.name) == ("orders", "amount") else column
                for column in contract.columns
            ),
            quality=(),
        )
        for contract in load_contracts()
    )
    with pytest.raises(DashboardError, match=r"contract orders has no column amount.*dashboard orders \(sheet"):
        PlatformStage(cdk.App(), "lake-laptop", config=load("laptop"), contracts=contracts)
