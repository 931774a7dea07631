"""Glue resource types that the emulator's CloudFormation lacks.

| type | created by | update |
|---|---|---|
| AWS::Glue::Classifier | CreateClassifier | in place; another name or kind replaces it |
| AWS::Glue::SecurityConfiguration | CreateSecurityConfiguration | replaced |
| AWS::Glue::Workflow | CreateWorkflow | in place |
| AWS::Glue::DataQualityRuleset | CreateDataQualityRuleset | in place |
| AWS::Glue::DataCatalogEncryptionSettings | PutDataCatalogEncryptionSettings (kept in our store) | in place |

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Glue.html
"""

from __future__ import annotations

from laptop.emulator.clients import account, client, region
from laptop.emulator.cloudformation.shape import pick, tag_map
from laptop.emulator.registry import Call, Context, Created, Json, Resource, operation, resource_type
from laptop.emulator.store import Store


@resource_type("AWS::Glue::Classifier")
class Classifier(Resource):
    properties = frozenset({"GrokClassifier", "JsonClassifier", "CsvClassifier", "XMLClassifier"})

    def create(self, properties: Json, context: Context) -> Created:
        (kind, definition), *others = properties.items()
        if others:
            raise ValueError(f"a classifier must be of one kind; got {sorted(properties)}")
        named = {"Name": context.name, **definition}
        client("glue").create_classifier(**{kind: named})
        return Created(named["Name"], {})

    def update(self, physical_id: str, old: Json, new: Json, context: Context) -> Created:
        (definition,) = new.values()
        if definition.get("Name", physical_id) == physical_id:
            # UpdateClassifier keeps the name; the emulator has no such operation.
            client("glue").delete_classifier(Name=physical_id)
        return self.create(new, context)

    def delete(self, physical_id: str, properties: Json) -> None:
        client("glue").delete_classifier(Name=physical_id)


@resource_type("AWS::Glue::SecurityConfiguration")
class SecurityConfiguration(Resource):
    properties = frozenset({"Name", "EncryptionConfiguration"})
    replaced_by = properties

    def create(self, properties: Json, context: Context) -> Created:
        name = properties.get("Name", context.name)
        encryption = dict(properties["EncryptionConfiguration"])
        if "S3Encryptions" in encryption:
            encryption["S3Encryption"] = encryption.pop("S3Encryptions")
        client("glue").create_security_configuration(Name=name, EncryptionConfiguration=encryption)
        return Created(name, {})

    def delete(self, physical_id: str, properties: Json) -> None:
        client("glue").delete_security_configuration(Name=physical_id)


@resource_type("AWS::Glue::Workflow")
class Workflow(Resource):
    properties = frozenset({"Name", "Description", "DefaultRunProperties", "MaxConcurrentRuns", "Tags"})
    replaced_by = frozenset({"Name"})

    def create(self, properties: Json, context: Context) -> Created:
        name = properties.get("Name", context.name)
        client("glue").create_workflow(Name=name, Tags=tag_map(properties.get("Tags")), **self._definition(properties))
        return Created(name, {})

    def update(self, physical_id: str, old: Json, new: Json, context: Context) -> Created:
        reset: Json = {"Description": "", "DefaultRunProperties": {}}
        client("glue").update_workflow(Name=physical_id, **{**reset, **self._definition(new)})
        retag(f"workflow/{physical_id}", old, new)
        return Created(physical_id, {})

    def delete(self, physical_id: str, properties: Json) -> None:
        client("glue").delete_workflow(Name=physical_id)

    @staticmethod
    def _definition(properties: Json) -> Json:
        definition = pick(properties, "Description", "DefaultRunProperties")
        if "MaxConcurrentRuns" in properties:
            definition["MaxConcurrentRuns"] = int(properties["MaxConcurrentRuns"])
        return definition


@resource_type("AWS::Glue::DataQualityRuleset")
class DataQualityRuleset(Resource):
    properties = frozenset({"Name", "Description", "Ruleset", "TargetTable", "Tags"})
    replaced_by = frozenset({"Name", "TargetTable"})

    def create(self, properties: Json, context: Context) -> Created:
        name = properties.get("Name", context.name)
        definition = pick(properties, "Description", "Ruleset", "TargetTable")
        tags = {"Tags": tag_map(properties["Tags"])} if properties.get("Tags") else {}
        client("glue").create_data_quality_ruleset(Name=name, **definition, **tags)
        return Created(name, {})

    def update(self, physical_id: str, old: Json, new: Json, context: Context) -> Created:
        definition = {"Description": "", **pick(new, "Description", "Ruleset")}
        client("glue").update_data_quality_ruleset(Name=physical_id, **definition)
        retag(f"dataQualityRuleset/{physical_id}", old, new)
        return Created(physical_id, {})

    def delete(self, physical_id: str, properties: Json) -> None:
        client("glue").delete_data_quality_ruleset(Name=physical_id)


@resource_type("AWS::Glue::DataCatalogEncryptionSettings")
class DataCatalogEncryptionSettings(Resource):
    properties = frozenset({"CatalogId", "DataCatalogEncryptionSettings"})
    replaced_by = frozenset({"CatalogId"})

    def create(self, properties: Json, context: Context) -> Created:
        return self.update(properties["CatalogId"], {}, properties, context)

    def update(self, physical_id: str, old: Json, new: Json, context: Context) -> Created:
        settings = dict(new["DataCatalogEncryptionSettings"])
        if "ConnectionPasswordEncryption" in settings:
            password = dict(settings["ConnectionPasswordEncryption"])
            settings["ConnectionPasswordEncryption"] = pick(
                password, "ReturnConnectionPasswordEncrypted", AwsKmsKeyId="KmsKeyId"
            )
        client("glue").put_data_catalog_encryption_settings(
            CatalogId=new["CatalogId"], DataCatalogEncryptionSettings=settings
        )
        return Created(physical_id, {})

    def delete(self, physical_id: str, properties: Json) -> None:
        off: Json = {
            "EncryptionAtRest": {"CatalogEncryptionMode": "DISABLED"},
            "ConnectionPasswordEncryption": {"ReturnConnectionPasswordEncrypted": False},
        }
        client("glue").put_data_catalog_encryption_settings(CatalogId=physical_id, DataCatalogEncryptionSettings=off)


_settings = Store("glue-catalog-encryption")


@operation("glue", "PutDataCatalogEncryptionSettings")
def put_settings(request: Json, call: Call) -> Json:
    _settings.put(request.get("CatalogId", account()), request["DataCatalogEncryptionSettings"])
    return {}


@operation("glue", "GetDataCatalogEncryptionSettings")
def get_settings(request: Json, call: Call) -> Json:
    default: Json = {
        "EncryptionAtRest": {"CatalogEncryptionMode": "DISABLED"},
        "ConnectionPasswordEncryption": {"ReturnConnectionPasswordEncrypted": False},
    }
    return {"DataCatalogEncryptionSettings": _settings.get(request.get("CatalogId", account())) or default}


def retag(resource: str, old: Json, new: Json) -> None:
    """Make the tags of a Glue resource those of the new template."""
    arn = f"arn:aws:glue:{region()}:{account()}:{resource}"
    before, after = tag_map(old.get("Tags")), tag_map(new.get("Tags"))
    gone = sorted(before.keys() - after.keys())
    if gone:
        client("glue").untag_resource(ResourceArn=arn, TagsToRemove=gone)
    if after:
        client("glue").tag_resource(ResourceArn=arn, TagsToAdd=after)
