"""AWS::IAM::InstanceProfile: its `Ref` is the name, for which the emulator gives the ARN.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-instanceprofile.html
"""

from __future__ import annotations

from laptop.emulator.clients import client
from laptop.emulator.cloudformation.reads import READS, ReadBack, ask
from laptop.emulator.registry import Context, Created, Json, Resource, resource_type


@resource_type("AWS::IAM::InstanceProfile")
class InstanceProfile(Resource):
    replaced_by = frozenset({"InstanceProfileName", "Path"})
    properties = replaced_by | {"Roles"}

    def create(self, properties: Json, context: Context) -> Created:
        iam = client("iam")
        name = properties.get("InstanceProfileName", context.name)[:128]
        made = iam.create_instance_profile(InstanceProfileName=name, Path=properties.get("Path", "/"))
        for role in properties["Roles"]:
            iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=role)
        return Created(name, {"Arn": made["InstanceProfile"]["Arn"]})

    def update(self, physical_id: str, old: Json, new: Json, context: Context) -> Created:
        iam = client("iam")
        for role in set(old["Roles"]) - set(new["Roles"]):
            iam.remove_role_from_instance_profile(InstanceProfileName=physical_id, RoleName=role)
        for role in set(new["Roles"]) - set(old["Roles"]):
            iam.add_role_to_instance_profile(InstanceProfileName=physical_id, RoleName=role)
        found = iam.get_instance_profile(InstanceProfileName=physical_id)["InstanceProfile"]
        return Created(physical_id, {"Arn": found["Arn"]})

    def delete(self, physical_id: str, properties: Json) -> None:
        iam = client("iam")
        for role in properties["Roles"]:
            iam.remove_role_from_instance_profile(InstanceProfileName=physical_id, RoleName=role)
        iam.delete_instance_profile(InstanceProfileName=physical_id)


READS["AWS::IAM::InstanceProfile"] = ReadBack(
    (ask("iam", "get_instance_profile", InstanceProfileName="{id}"),), aliases={"Roles": "RoleName"}
)
