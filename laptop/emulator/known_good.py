"""What of the emulator is known to do what it says. Everything else is refused, so that no green is false.

A name is added here after its behaviour has been compared with the AWS documentation, never to make an error go away.
"""

from __future__ import annotations

# Services that the emulator serves as AWS does, as far as the lake uses them.
SERVICES = frozenset(
    {
        "athena",
        "budgets",
        "cloudformation",
        "cloudtrail",
        "cognito-idp",
        "dynamodb",
        "dynamodbstreams",
        "ec2",
        "ecr",
        "events",
        "glue",
        "iam",
        "kms",
        "lambda",
        "logs",
        "monitoring",
        "s3",
        "scheduler",
        "secretsmanager",
        "sns",
        "sqs",
        "ssm",
        "states",
        "sts",
        "tagging",
    }
)

# Query parameters of S3 operations on a bucket that the emulator ignores.
IGNORED_BUCKET_CONFIGURATIONS = frozenset({"analytics", "intelligent-tiering", "inventory", "metadataTable", "metrics"})


def _operations(nouns: str, *verbs: str) -> set[str]:
    return {verb + noun for noun in nouns.split() for verb in verbs}


# In these services the emulator also answers operations that it only pretends to run: jobs, crawls, queries.
# Of them, only these are its own; our modules serve the others.
OPERATIONS: dict[str, frozenset[str]] = {
    "athena": frozenset(
        _operations("WorkGroup", "Create", "Get", "Update", "Delete")
        | _operations("NamedQuery", "Create", "Get", "Delete", "BatchGet")
        | _operations("DataCatalog", "Create", "Get", "Update", "Delete")
        | {"ListWorkGroups", "ListNamedQueries", "ListDataCatalogs"}
        | {"GetDatabase", "ListDatabases", "GetTableMetadata", "ListTableMetadata"}
        | {"TagResource", "UntagResource", "ListTagsForResource"}
    ),
    "glue": frozenset(
        _operations("Database Table", "Create", "Get", "Update", "Delete")
        | _operations("Partition", "Create", "Get", "Delete", "BatchCreate", "BatchGet", "BatchUpdate")
        | _operations(
            "Connection Crawler Job Trigger Workflow SecurityConfiguration Classifier", "Create", "Get", "Delete"
        )
        | _operations("Crawler Job Trigger Workflow", "Update")
        | {"GetDatabases", "GetTables", "GetPartitions", "GetConnections", "GetCrawlers", "GetJobs", "GetTriggers"}
        | {"GetSecurityConfigurations", "GetClassifiers", "ListTriggers", "BatchGetTriggers", "BatchDeleteTable"}
        | {"CreatePartitionIndex", "GetPartitionIndexes"}
        | {"TagResource", "UntagResource", "GetTags"}
    ),
    "cognito-idp": frozenset(
        _operations("UserPool UserPoolClient", "Create", "Describe", "Update", "Delete")
        | _operations("UserPoolDomain", "Create", "Describe", "Update", "Delete")
        | {"CreateGroup", "GetGroup", "DeleteGroup", "ListGroups", "ListUsersInGroup"}
        | {"ListUserPools", "ListUserPoolClients", "ListUsers"}
        | {"GetUserPoolMfaConfig", "SetUserPoolMfaConfig", "TagResource", "UntagResource", "ListTagsForResource"}
        | _operations("User", "AdminCreate", "AdminGet", "AdminDelete", "AdminEnable", "AdminDisable")
        | {"AdminSetUserPassword", "AdminAddUserToGroup", "AdminRemoveUserFromGroup", "AdminListGroupsForUser"}
    ),
    # All of it is ours.
    "elasticmapreduce": frozenset(),
    "quicksight": frozenset(),
    "sagemaker": frozenset(),
    "firehose": frozenset(
        {"CreateDeliveryStream", "DeleteDeliveryStream", "DescribeDeliveryStream", "ListDeliveryStreams"}
        | {"UpdateDestination", "TagDeliveryStream", "UntagDeliveryStream", "ListTagsForDeliveryStream"}
    ),
    "kinesis": frozenset(
        {"CreateStream", "DeleteStream", "ListStreams", "PutRecord", "PutRecords", "DescribeStream"}
        | {"DescribeStreamSummary", "IncreaseStreamRetentionPeriod", "DecreaseStreamRetentionPeriod"}
        | {"AddTagsToStream", "RemoveTagsFromStream", "ListTagsForStream"}
        | {"RegisterStreamConsumer", "DeregisterStreamConsumer", "DescribeStreamConsumer", "ListStreamConsumers"}
        | {"StartStreamEncryption", "StopStreamEncryption", "EnableEnhancedMonitoring", "DisableEnhancedMonitoring"}
    ),
}
