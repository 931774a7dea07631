"""How the types of Glue and of Athena are read back."""

from __future__ import annotations

from laptop.emulator.cloudformation.reads import READS, ReadBack, Reader, ask

_ATHENA_ARN = "arn:aws:athena:{region}:{account}:"


def _glue_tags(kind: str) -> Reader:
    return ask("glue", "get_tags", ResourceArn=f"arn:aws:glue:{{region}}:{{account}}:{kind}/{{id}}")


READS |= {
    "AWS::Glue::Database": ReadBack(
        (ask("glue", "get_database", Name="{id}"),),
        aliases={"DatabaseName": "Name"},
    ),
    "AWS::Glue::Table": ReadBack((ask("glue", "get_table", DatabaseName="{p[DatabaseName]}", Name="{id}"),)),
    "AWS::Glue::Crawler": ReadBack(
        (ask("glue", "get_crawler", Name="{id}"), _glue_tags("crawler")),
    ),
    "AWS::Glue::Job": ReadBack((ask("glue", "get_job", JobName="{id}"), _glue_tags("job"))),
    "AWS::Glue::Trigger": ReadBack(
        (ask("glue", "get_trigger", Name="{id}"), _glue_tags("trigger")),
        unread={"StartOnCreation": "an action, shown as the trigger's state"},
    ),
    "AWS::Glue::Connection": ReadBack(
        (ask("glue", "get_connection", Name="{id}", HidePassword=False),), unread={"CatalogId": "the key"}
    ),
    "AWS::Athena::WorkGroup": ReadBack(
        (
            ask("athena", "get_work_group", WorkGroup="{id}"),
            ask("athena", "list_tags_for_resource", ResourceARN=_ATHENA_ARN + "workgroup/{id}"),
        ),
        unread={"RecursiveDeleteOption": "an option of the deletion"},
    ),
    "AWS::Athena::NamedQuery": ReadBack((ask("athena", "get_named_query", NamedQueryId="{id}"),)),
    "AWS::Athena::PreparedStatement": ReadBack(
        (ask("athena", "get_prepared_statement", StatementName="{id}", WorkGroup="{p[WorkGroup]}"),),
        aliases={"WorkGroup": "WorkGroupName"},
    ),
    "AWS::Athena::DataCatalog": ReadBack(
        (
            ask("athena", "get_data_catalog", Name="{id}"),
            ask("athena", "list_tags_for_resource", ResourceARN=_ATHENA_ARN + "datacatalog/{id}"),
        )
    ),
    "AWS::Glue::Classifier": ReadBack((ask("glue", "get_classifier", Name="{id}"),)),
    "AWS::Glue::SecurityConfiguration": ReadBack((ask("glue", "get_security_configuration", Name="{id}"),)),
    "AWS::Glue::Workflow": ReadBack((ask("glue", "get_workflow", Name="{id}"), _glue_tags("workflow"))),
    "AWS::Glue::DataQualityRuleset": ReadBack(
        (ask("glue", "get_data_quality_ruleset", Name="{id}"), _glue_tags("dataQualityRuleset"))
    ),
    "AWS::Glue::DataCatalogEncryptionSettings": ReadBack(
        (ask("glue", "get_data_catalog_encryption_settings", CatalogId="{id}"),),
        aliases={"KmsKeyId": "AwsKmsKeyId"},
        unread={"CatalogId": "the key"},
    ),
}
