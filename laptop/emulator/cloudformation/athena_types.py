"""Athena resource types that the emulator's CloudFormation lacks.

| type | created by | update |
|---|---|---|
| AWS::Athena::NamedQuery | CreateNamedQuery | replaced |
| AWS::Athena::PreparedStatement | CreatePreparedStatement | in place |
| AWS::Athena::DataCatalog | CreateDataCatalog | in place |

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Athena.html
"""

from __future__ import annotations

from laptop.emulator.clients import account, client, region
from laptop.emulator.cloudformation.shape import pick, tag_map
from laptop.emulator.registry import Context, Created, Json, Resource, resource_type


@resource_type("AWS::Athena::NamedQuery")
class NamedQuery(Resource):
    properties = frozenset({"Name", "Database", "Description", "QueryString", "WorkGroup"})
    replaced_by = properties

    def create(self, properties: Json, context: Context) -> Created:
        names = ("Database", "Description", "QueryString", "WorkGroup")
        answer = client("athena").create_named_query(
            Name=properties.get("Name", context.name), **pick(properties, *names)
        )
        return Created(answer["NamedQueryId"], {"NamedQueryId": answer["NamedQueryId"]})

    def delete(self, physical_id: str, properties: Json) -> None:
        client("athena").delete_named_query(NamedQueryId=physical_id)


@resource_type("AWS::Athena::PreparedStatement")
class PreparedStatement(Resource):
    properties = frozenset({"StatementName", "WorkGroup", "Description", "QueryStatement"})
    replaced_by = frozenset({"StatementName", "WorkGroup"})

    def create(self, properties: Json, context: Context) -> Created:
        client("athena").create_prepared_statement(**pick(properties, *self.properties))
        return Created(properties["StatementName"], {})

    def update(self, physical_id: str, old: Json, new: Json, context: Context) -> Created:
        client("athena").update_prepared_statement(**{"Description": "", **pick(new, *self.properties)})
        return Created(physical_id, {})

    def delete(self, physical_id: str, properties: Json) -> None:
        client("athena").delete_prepared_statement(StatementName=physical_id, WorkGroup=properties["WorkGroup"])


@resource_type("AWS::Athena::DataCatalog")
class DataCatalog(Resource):
    properties = frozenset({"Name", "Type", "Description", "Parameters", "Tags"})
    replaced_by = frozenset({"Name"})

    def create(self, properties: Json, context: Context) -> Created:
        client("athena").create_data_catalog(**pick(properties, *self.properties))
        return Created(properties["Name"], {})

    def update(self, physical_id: str, old: Json, new: Json, context: Context) -> Created:
        athena = client("athena")
        athena.update_data_catalog(
            Name=physical_id,
            Type=new["Type"],
            Description=new.get("Description", ""),
            Parameters=new.get("Parameters", {}),
        )
        arn = f"arn:aws:athena:{region()}:{account()}:datacatalog/{physical_id}"
        gone = sorted(tag_map(old.get("Tags")).keys() - tag_map(new.get("Tags")).keys())
        if gone:
            athena.untag_resource(ResourceARN=arn, TagKeys=gone)
        if new.get("Tags"):
            athena.tag_resource(ResourceARN=arn, Tags=new["Tags"])
        return Created(physical_id, {})

    def delete(self, physical_id: str, properties: Json) -> None:
        client("athena").delete_data_catalog(Name=physical_id)
