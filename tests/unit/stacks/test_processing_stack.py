"""Jobs and pipelines are complete, started, watched, and allowed no more than they need."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from components.products import products
from contracts.loader import load_contracts
from tests.synthesis import Assembly, Resource

PRODUCTS = {product.name: product for product in products(load_contracts())}


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def jobs(assembly: Assembly) -> list[Resource]:
    return list(assembly.resources("Processing", "AWS::Glue::Job"))


def curate(assembly: Assembly, product: str) -> Resource:
    return assembly.only("Processing", "AWS::Glue::Job", f"JobsCurate{PRODUCTS[product].title}")


def machine(assembly: Assembly, product: str) -> Resource:
    return assembly.only("Processing", "AWS::StepFunctions::StateMachine", f"Pipelines{PRODUCTS[product].title}")


def statements(assembly: Assembly, prefix: str) -> list[dict[str, Any]]:
    role = assembly.only("Processing", "AWS::IAM::Role", prefix).properties
    return [statement for policy in role["Policies"] for statement in policy["PolicyDocument"]["Statement"]]


def resources_of(assembly: Assembly, prefix: str, action: str) -> list[str]:
    """Give what a role may do something to, with the noise of intrinsic functions reduced to what they refer to."""
    return sorted(
        readable(resource)
        for statement in statements(assembly, prefix)
        if action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    )


def readable(value: Any) -> str:
    match value:
        case {"Fn::Join": [separator, parts]}:
            return str(separator).join(readable(part) for part in parts)
        case {"Fn::ImportValue": name}:
            found = re.search(r"Exports\w*?(?:GetAtt|Ref)([A-Z][a-z]+)", str(name))
            return found[1] if found else str(name)
        case {"Ref": name} | {"Fn::GetAtt": [name, _]}:
            return str(name)
    return str(value)


def test_there_is_one_curate_job_and_one_pipeline_for_each_product(laptop_assembly: Assembly) -> None:
    assert {"census", "flights", "orders", "ratings"} <= set(PRODUCTS)
    for name, product in PRODUCTS.items():
        tables = ",".join(contract.name for contract in product.curated)
        assert curate(laptop_assembly, name).properties["DefaultArguments"]["--tables"] == tables
        assert machine(laptop_assembly, name).properties["DefinitionSubstitutions"]["Tables"] == tables


def test_jobs_run_once_at_a_time_on_the_current_glue_with_stated_workers(laptop_assembly: Assembly) -> None:
    for job in jobs(laptop_assembly):
        assert job.properties["GlueVersion"] == "5.1"
        assert job.properties["ExecutionProperty"] == {"MaxConcurrentRuns": 1}
        assert job.properties["WorkerType"] == "G.1X"
        assert job.properties["NumberOfWorkers"] == 2
        assert job.properties["MaxRetries"] == 0
        assert job.properties["SecurityConfiguration"]


def test_jobs_scale_report_and_log(laptop_assembly: Assembly) -> None:
    expected = {
        "--enable-auto-scaling": "true",
        "--enable-metrics": "true",
        "--enable-observability-metrics": "true",
        "--enable-spark-ui": "true",
        "--job-bookmark-option": "job-bookmark-disable",
    }

    for job in jobs(laptop_assembly):
        arguments = job.properties["DefaultArguments"]
        assert expected.items() <= arguments.items()
        assert "Artifacts" in str(arguments["--spark-event-logs-path"])


def test_logs_of_a_job_are_kept_where_glue_writes_them_under_a_security_configuration(
    laptop_assembly: Assembly,
) -> None:
    groups = [each.properties for each in laptop_assembly.resources("Processing", "AWS::Logs::LogGroup")]
    found = {readable(group["LogGroupName"]): group for group in groups if "LogGroupName" in group}

    for job in jobs(laptop_assembly):
        role = job.properties["Role"]["Fn::GetAtt"][0]
        for kind in ("error", "output"):
            group = found[f"/aws-glue/jobs/{readable(job.properties['SecurityConfiguration'])}-role/{role}/{kind}"]
            assert group["RetentionInDays"] == 7
            assert "DataKey" in str(group["KmsKeyId"])


@pytest.mark.parametrize(("environment", "execution_class"), [("dev", "FLEX"), ("prod", "STANDARD")])
def test_flexible_execution_is_configured(
    assembly_of: Callable[[str], Assembly], environment: str, execution_class: str
) -> None:
    assert {job.properties["ExecutionClass"] for job in jobs(assembly_of(environment))} == {execution_class}


def test_curate_job_touches_the_folders_of_its_own_tables_only(laptop_assembly: Assembly) -> None:
    prefix = "JobsCurateOrdersRole"

    assert resources_of(laptop_assembly, prefix, "s3:PutObject") == [
        "Analytics/pipeline_runs/*",
        "Artifacts/spark-ui/lakelaptopProcessingJobsCurateOrdersDB6993B7/*",
        "Artifacts/temporary/lakelaptopProcessingJobsCurateOrdersDB6993B7/*",
        "Curated/_lineage/orders/*",
        "Curated/orders/*",
        "Failures/quarantine/source_table=orders/*",
    ]
    read = resources_of(laptop_assembly, prefix, "s3:GetObject")
    assert [each for each in read if each.startswith("Raw/")] == ["Raw/orders", "Raw/orders/*"]


def test_whoever_writes_may_clean_up_the_uploads_of_a_killed_writer(laptop_assembly: Assembly) -> None:
    for role, buckets in (
        ("JobsCurateOrdersRole", ["Analytics", "Artifacts", "Curated", "Failures"]),
        ("PipelinesOrdersRole", ["Results"]),
    ):
        assert resources_of(laptop_assembly, role, "s3:ListBucketMultipartUploads") == buckets


def test_aggregate_job_writes_only_analytics_tables(laptop_assembly: Assembly) -> None:
    written = resources_of(laptop_assembly, "JobsAggregateRole", "s3:PutObject")

    data = {each.split("/")[0] for each in written if not each.startswith("Artifacts/")}
    assert data == {"Analytics"}
    assert "Analytics/daily_revenue/*" in written
    assert "Analytics/pipeline_runs/*" not in written


def test_no_job_may_touch_the_raw_zone_but_to_read_it(laptop_assembly: Assembly) -> None:
    for job in jobs(laptop_assembly):
        prefix = job.logical_id[:-8] + "Role"
        for action in ("s3:PutObject", "s3:DeleteObject"):
            assert [each for each in resources_of(laptop_assembly, prefix, action) if each.startswith("Raw")] == []


def test_no_job_may_use_the_catalog_or_another_job(laptop_assembly: Assembly) -> None:
    for job in jobs(laptop_assembly):
        actions = {
            action
            for statement in statements(laptop_assembly, job.logical_id[:-8] + "Role")
            for action in listed(statement["Action"])
        }
        assert {action for action in actions if action.startswith("glue:")} == {"glue:GetSecurityConfiguration"}


def test_pipeline_runs_and_stops_its_own_jobs_only(laptop_assembly: Assembly) -> None:
    started = resources_of(laptop_assembly, "PipelinesOrdersRole", "glue:StartJobRun")

    assert resources_of(laptop_assembly, "PipelinesOrdersRole", "glue:BatchStopJobRun") == started
    names = [re.sub(r".*:job/(\w+)\w{8}$", r"\1", each) for each in started]
    assert names == ["JobsAggregate", "JobsCompact", "JobsCurateOrders"]


def test_pipeline_passes_only_the_role_of_the_quality_gate_and_only_to_glue(laptop_assembly: Assembly) -> None:
    passing = [
        statement
        for statement in statements(laptop_assembly, "PipelinesOrdersRole")
        if "iam:PassRole" in listed(statement["Action"])
    ]

    assert len(passing) == 1
    assert "QualityGateRole" in str(passing[0]["Resource"])
    assert passing[0]["Condition"] == {"StringEquals": {"iam:PassedToService": "glue.amazonaws.com"}}


def test_pipeline_queries_in_its_own_workgroup_and_writes_only_results(laptop_assembly: Assembly) -> None:
    role = "PipelinesFlightsRole"

    assert [each.rsplit(":", 1)[-1] for each in resources_of(laptop_assembly, role, "athena:StartQueryExecution")] == [
        "workgroup/Pipeline"
    ]
    assert resources_of(laptop_assembly, role, "s3:PutObject") == ["Results/pipeline/*"]


def test_pipeline_registers_partitions_of_its_own_tables_only(laptop_assembly: Assembly) -> None:
    registered = resources_of(laptop_assembly, "PipelinesOrdersRole", "glue:BatchCreatePartition")

    tables = {each.rsplit("/", 1)[-1] for each in registered if ":table/" in each}
    assert tables == {"orders", "quarantine", "daily_revenue", "cohort_retention", "customer_history", "pipeline_runs"}


def test_pipeline_reads_its_own_tables_only(laptop_assembly: Assembly) -> None:
    read = resources_of(laptop_assembly, "PipelinesCensusRole", "s3:GetObject")
    listed_tables = resources_of(laptop_assembly, "PipelinesCensusRole", "glue:GetTable")

    assert [each for each in read if each.startswith("Curated/") and each.endswith("/*")] == [
        "Curated/census/*",
        "Curated/quarantine/*",
    ]
    assert {each.rsplit("/", 1)[-1] for each in listed_tables if ":table/" in each} == {
        "census",
        "quarantine",
        "pipeline_runs",
    }


def test_each_curated_table_has_a_query_that_verifies_it_in_the_workgroup_of_the_pipelines(
    laptop_assembly: Assembly,
) -> None:
    statements = {
        each.properties["StatementName"]: each.properties
        for each in laptop_assembly.resources("Processing", "AWS::Athena::PreparedStatement")
    }

    tables = {contract.name for product in PRODUCTS.values() for contract in product.curated}
    assert set(statements) == {f"verify_{table}" for table in tables}
    assert "from orders\n" in statements["verify_orders"]["QueryStatement"]
    assert all("Pipeline" in str(each["WorkGroup"]) for each in statements.values())


def test_pipeline_may_do_what_each_of_its_tasks_calls(laptop_assembly: Assembly) -> None:
    needed = {
        "dynamodb:PutItem",
        "dynamodb:GetItem",
        "dynamodb:UpdateItem",
        "glue:StartCrawler",
        "glue:GetCrawler",
        "glue:StartDataQualityRulesetEvaluationRun",
        "glue:GetDataQualityRulesetEvaluationRun",
        "glue:GetDataQualityResult",
        "glue:StartJobRun",
        "glue:GetJobRun",
        "athena:StartQueryExecution",
        "athena:GetQueryExecution",
        "athena:GetQueryResults",
        "athena:GetPreparedStatement",
        "glue:BatchCreatePartition",
        "sns:Publish",
    }
    allowed = {
        action
        for statement in statements(laptop_assembly, "PipelinesOrdersRole")
        for action in listed(statement["Action"])
    }

    assert needed - allowed == set()


def test_pipeline_may_see_the_default_database_as_athena_wants(laptop_assembly: Assembly) -> None:
    seen = resources_of(laptop_assembly, "PipelinesOrdersRole", "glue:GetDatabase")

    assert any(each.endswith(":database/default") for each in seen)


def test_evaluation_of_quality_may_do_what_glue_does_in_its_name(laptop_assembly: Assembly) -> None:
    for action in (
        "glue:GetDataQualityRuleset",
        "glue:GetDataQualityRulesetEvaluationRun",
        "glue:PublishDataQuality",
    ):
        assert [each.rsplit(":", 1)[-1] for each in resources_of(laptop_assembly, "QualityGateRole", action)] == [
            "dataQualityRuleset/*"
        ]
    assert any(
        "aws-glue-ml-data-quality" in each for each in resources_of(laptop_assembly, "QualityGateRole", "s3:GetObject")
    )


def test_pipeline_looks_only_at_its_own_executions(laptop_assembly: Assembly) -> None:
    policy = laptop_assembly.only("Processing", "AWS::IAM::Policy", "PipelinesOrdersSiblingExecutions").properties

    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement["Action"] == "states:DescribeExecution"
    assert readable(statement["Resource"]).split("execution:")[1].startswith("PipelinesOrders")


def test_pipelines_are_logged_traced_and_encrypted_without_data_in_their_logs(laptop_assembly: Assembly) -> None:
    for name in PRODUCTS:
        properties = machine(laptop_assembly, name).properties
        assert properties["LoggingConfiguration"]["Level"] == "ALL"
        assert properties["LoggingConfiguration"]["IncludeExecutionData"] is False
        assert properties["TracingConfiguration"] == {"Enabled": True}
        assert properties["EncryptionConfiguration"]["Type"] == "CUSTOMER_MANAGED_KMS_KEY"


def test_ledger_expires_claims_and_can_be_restored(laptop_assembly: Assembly) -> None:
    ledger = laptop_assembly.only("Processing", "AWS::DynamoDB::Table").properties

    assert ledger["KeySchema"] == [{"AttributeName": "claim", "KeyType": "HASH"}]
    assert ledger["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}
    assert ledger["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert ledger["SSESpecification"]["SSEType"] == "KMS"


def test_ledger_is_protected_where_data_is_kept(prod_assembly: Assembly, laptop_assembly: Assembly) -> None:
    protected = {
        name: assembly.only("Processing", "AWS::DynamoDB::Table").properties["DeletionProtectionEnabled"]
        for name, assembly in (("prod", prod_assembly), ("laptop", laptop_assembly))
    }

    assert protected == {"prod": True, "laptop": False}


def test_new_object_in_a_folder_of_the_product_starts_its_pipeline(dev_assembly: Assembly) -> None:
    rule = dev_assembly.only("Processing", "AWS::Events::Rule", "PipelinesFlightsNewObject").properties

    detail = rule["EventPattern"]["detail"]
    (target,) = rule["Targets"]
    assert rule["EventPattern"]["detail-type"] == ["Object Created"]
    assert {"prefix": "weather/"} in detail["object"]["key"]
    assert "Raw" in str(detail["bucket"]["name"])
    assert target["Arn"] == {"Ref": machine(dev_assembly, "flights").logical_id}
    assert set(target["InputTransformer"]["InputPathsMap"]) == {"bucket", "key", "etag", "version"}
    assert target["RetryPolicy"] == {"MaximumEventAgeInSeconds": 7200, "MaximumRetryAttempts": 10}
    assert "Undelivered" in str(target["DeadLetterConfig"]["Arn"])


def test_no_rule_starts_pipelines_where_the_function_does_or_for_a_product_that_only_schedules_start(
    laptop_assembly: Assembly, dev_assembly: Assembly
) -> None:
    assert list(laptop_assembly.resources("Processing", "AWS::Events::Rule")) == []
    started = {each.logical_id[:-8] for each in dev_assembly.resources("Processing", "AWS::Events::Rule")}
    products_started = {f"Pipelines{product.title}NewObject" for product in PRODUCTS.values()}
    assert started == products_started - {"PipelinesClickstreamNewObject"}


@pytest.mark.parametrize(("job", "prefix"), [("curate", "Schedule"), ("compact", "CompactSchedule")])
def test_schedule_asks_for_all_tables_and_makes_each_run_an_input_of_its_own(
    laptop_assembly: Assembly, job: str, prefix: str
) -> None:
    schedule = laptop_assembly.only("Processing", "AWS::Scheduler::Schedule", f"PipelinesOrders{prefix}")
    target = schedule.properties["Target"]

    expected = {"tables": ["orders"], "job": job, "request": "<aws.scheduler.scheduled-time>"}
    assert json.loads(target["Input"]) == expected
    assert target["Arn"] == {"Ref": machine(laptop_assembly, "orders").logical_id}
    assert "Undelivered" in str(target["DeadLetterConfig"]["Arn"])


def test_rules_and_schedules_may_start_only_their_own_pipeline(laptop_assembly: Assembly) -> None:
    started = resources_of(laptop_assembly, "PipelinesOrdersStarter", "states:StartExecution")

    assert started == [machine(laptop_assembly, "orders").logical_id]


def test_rules_reach_the_dead_letter_queue_through_its_policy(laptop_assembly: Assembly) -> None:
    policy = laptop_assembly.only("Processing", "AWS::SQS::QueuePolicy").properties["PolicyDocument"]["Statement"]

    allowed = [statement for statement in policy if statement["Effect"] == "Allow"]
    assert [statement["Principal"] for statement in allowed] == [{"Service": "events.amazonaws.com"}]
    assert "aws:SourceArn" in str(allowed[0]["Condition"])


def test_each_raw_table_has_a_ruleset_of_its_name(laptop_assembly: Assembly) -> None:
    rulesets = {
        each.properties["Name"]: each.properties
        for each in laptop_assembly.resources("Processing", "AWS::Glue::DataQualityRuleset")
    }

    assert set(rulesets) == {contract.name for product in PRODUCTS.values() for contract in product.curated}
    assert rulesets["orders"]["TargetTable"]["TableName"] == "orders"
    assert rulesets["orders"]["Ruleset"].startswith("Rules = [")


def test_glue_workflow_crawls_then_curates_then_aggregates(laptop_assembly: Assembly) -> None:
    triggers = {
        each.logical_id[len("Workflow") : -8]: each.properties
        for each in laptop_assembly.resources("Processing", "AWS::Glue::Trigger")
    }

    assert triggers["Start"]["Type"] == "ON_DEMAND"
    assert "CrawlerName" in triggers["Start"]["Actions"][0]
    assert triggers["Curate"]["Predicate"]["Conditions"][0]["CrawlState"] == "SUCCEEDED"
    assert len(triggers["Curate"]["Actions"]) == len(PRODUCTS)
    assert {condition["State"] for condition in triggers["Aggregate"]["Predicate"]["Conditions"]} == {"SUCCEEDED"}
    assert len(triggers["Aggregate"]["Predicate"]["Conditions"]) == len(PRODUCTS)


def test_glue_workflow_is_off_by_its_switch(prod_assembly: Assembly) -> None:
    assert list(prod_assembly.resources("Processing", "AWS::Glue::Trigger")) == []
    assert "WorkflowName" not in prod_assembly.outputs("Processing")


def test_names_that_people_and_scripts_need_are_outputs(laptop_assembly: Assembly) -> None:
    expected = {"LedgerTableName", "AggregateJobName", "CompactJobName", "WorkflowName"}
    for product in PRODUCTS.values():
        expected |= {f"{product.title}PipelineArn", f"{product.title}CurateJobName"}

    assert set(laptop_assembly.outputs("Processing")) == expected
