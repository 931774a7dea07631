"""Refuses to start on anything but the emulator that the plug-in was made and tested for."""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping
from importlib.metadata import version

MINISTACK_VERSION = "1.5.33"

# Without them the emulator listens beyond loopback (also for MQTT and SFTP), forgets its state, or wants Docker.
SETTINGS = {
    "BIND_HOST": "127.0.0.1",
    "IOT_MTLS_ENABLED": "0",
    "SFTP_ENABLED": "0",
    "SFTP_HOST": "127.0.0.1",
    "LAMBDA_EXECUTOR": "local",
    "PERSIST_STATE": "1",
    "S3_PERSIST": "1",
}
REQUIRED = ("GATEWAY_PORT", "STATE_DIR", "S3_DATA_DIR", "LAKE_STATE_DIR", "LAKE_CACHE_DIR", "LAKE_SPARK_PYTHON")

# Private names of the emulator that the plug-in uses, and what they must be.
HOOKS: tuple[tuple[str, str, type | str | None], ...] = (
    ("ministack.app", "SERVICE_HANDLERS", dict),
    ("ministack.app", "call_service_handler_sync", None),
    ("ministack.app", "main", None),
    ("ministack.app", "detect_service", None),
    ("ministack.app", "save_all", None),
    ("ministack.app", "load_state", None),
    ("ministack.core.persistence", "_json_default", None),
    ("ministack.core.persistence", "_json_object_hook", None),
    ("ministack.core.persistence", "_state_format_version", None),
    ("ministack.app", "_build_persistence_save_dict", None),
    ("ministack.core.concurrency", "run_reentrant", None),
    ("ministack.core.responses", "get_account_id", None),
    ("ministack.core.responses", "get_region", None),
    ("ministack.services.cloudwatch", "_validate_alarm_tag_arn", None),
    ("ministack.services.cloudwatch", "_dashboards", "AccountRegionScopedDict"),
    ("ministack.services.ec2", "_vpce_fields_xml", None),
    ("ministack.services.ec2", "_ACTION_MAP", dict),
    ("ministack.services.ec2", "_flow_logs", "AccountRegionScopedDict"),
    ("ministack.services.ec2", "_nat_gateways", "AccountRegionScopedDict"),
    ("ministack.services.glue", "_jobs", "AccountRegionScopedDict"),
    ("ministack.services.glue", "_crawlers", "AccountRegionScopedDict"),
    ("ministack.services.glue", "_tables", "AccountRegionScopedDict"),
    ("ministack.core.responses", "_request_account_id", "ContextVar"),
    ("ministack.core.responses", "_request_region", "ContextVar"),
    ("ministack.services.cloudwatch", "record_metric", None),
    ("ministack.services.firehose", "_streams", "AccountRegionScopedDict"),
    ("ministack.services.firehose", "ingest_from_kinesis_source", None),
    ("ministack.services.kinesis", "_streams", "AccountRegionScopedDict"),
    ("ministack.services.kinesis", "_resolve_stream", None),
    ("ministack.services.kinesis", "_next_sequence_number", None),
    ("ministack.services.lambda_svc", "_esms", "AccountRegionScopedDict"),
    ("ministack.services.kinesis", "_consumers", "AccountRegionScopedDict"),
    ("ministack.services.lambda_svc", "_kinesis_stream_name_from_arn_spec", None),
    ("ministack.services.lambda_svc", "_create_esm", None),
    ("ministack.services.lambda_svc", "_update_esm", None),
    ("ministack.services.lambda_svc", "_delete_esm", None),
    ("ministack.services.lambda_svc", "_esm_response", None),
    ("ministack.services.lambda_svc", "_iter_all_esms", None),
    ("ministack.services.lambda_svc", "_poll_kinesis", None),
    ("ministack.services.lambda_svc", "_apply_filter_criteria", None),
    ("ministack.services.lambda_svc", "_execute_function", None),
    ("ministack.services.lambda_svc", "_get_func_record_for_qualifier", None),
    ("ministack.services.lambda_svc", "_invalid_parameter_value", None),
    ("ministack.services.stepfunctions", "_state_machines", "AccountRegionScopedDict"),
    ("ministack.services.stepfunctions", "_SERVICE_DISPATCH", dict),
    ("ministack.services.stepfunctions", "_ExecutionError", type),
    ("ministack.services.stepfunctions", "_run_execution", None),
    ("ministack.services.stepfunctions", "_fail_execution", None),
    ("ministack.services.stepfunctions", "_invoke_resource", None),
    ("ministack.services.stepfunctions", "_invoke_resource_with_timeout", None),
    ("ministack.services.stepfunctions", "_scaled_sleep", None),
    ("ministack.services.stepfunctions", "_error_matches", None),
    ("ministack.services.stepfunctions", "_find_matching_retrier", None),
    ("ministack.services.stepfunctions", "_resolve_params_obj", None),
    ("ministack.services.stepfunctions", "_evaluate_intrinsic", None),
    ("ministack.services.stepfunctions", "_prefix_sdk_error", None),
    ("ministack.services.stepfunctions", "_apply_output_path", None),
    ("ministack.services.stepfunctions", "_add_event", None),
    ("ministack.services.stepfunctions", "_emit_execution_status_event", None),
    ("ministack.services.eventbridge", "_put_events", None),
    ("ministack.services.eventbridge", "_put_targets", None),
    ("ministack.services.eventbridge", "_dispatch_event", None),
    ("ministack.services.eventbridge", "_invoke_target", None),
    ("ministack.services.eventbridge", "_dispatch_to_stepfunctions", None),
    ("ministack.services.eventbridge", "_dispatch_to_sqs", None),
    ("ministack.services.eventbridge", "_dispatch_to_sns", None),
    ("ministack.services.eventbridge", "_ensure_default_bus", None),
    ("ministack.services.eventbridge", "_now_ts", None),
    ("ministack.services.s3", "_fire_s3_event", None),
    ("ministack.services.s3", "_fire_s3_event_async", None),
    ("ministack.services.s3", "_bucket_notifications", "AccountScopedDict"),
    ("ministack.services.scheduler", "start_scheduler", None),
    ("ministack.services.stepfunctions", "_executions", "AccountRegionScopedDict"),
    ("ministack.services.cloudformation.provisioners", "_RESOURCE_HANDLERS", dict),
    ("ministack.services.cloudformation.provisioners", "_REPLACING_PROPERTIES", dict),
    ("ministack.services.cloudformation.provisioners", "_cw_metric_alarm_record", None),
    ("ministack.services.cloudformation.provisioners", "_physical_name", None),
    ("ministack.services.cloudformation", "_change_sets", "AccountRegionScopedDict"),
    ("ministack.services.cloudformation", "_stacks", "AccountRegionScopedDict"),
    ("ministack.services.cloudformation.engine", "_parse_template", None),
    ("ministack.services.cloudformation.handlers", "_ACTION_HANDLERS", dict),
    ("ministack.services.cloudformation.handlers", "_delete_stack_async", None),
    ("ministack.services.cloudformation.stacks", "_delete_stack_async", None),
    ("ministack.services.cloudformation.stacks", "_deploy_stack_async", None),
    ("ministack.services.cloudformation.stacks", "_runs_on_worker_thread", None),
)


class SelfCheckError(Exception):
    """The surroundings are not those that the plug-in was made for."""


def check_environment(environment: Mapping[str, str] = os.environ) -> None:
    """Check the settings of the process.

    Raises
    ------
    SelfCheckError
        A setting is missing or unsafe.
    """
    for name, expected in SETTINGS.items():
        got = environment.get(name)
        if got != expected:
            raise SelfCheckError(f"{name} must be {expected!r}; got {got!r}. Start it with `python -m laptop up`.")
    if environment.get("USE_SSL", "0").lower() not in {"0", "false", "no", ""}:
        raise SelfCheckError("USE_SSL must be off: it opens port 443 as well")
    missing = [name for name in REQUIRED if not environment.get(name)]
    if missing:
        raise SelfCheckError(f"{', '.join(missing)} must be set. Start it with `python -m laptop up`.")


def check_emulator() -> None:
    """Check the emulator's version and the names of it that the plug-in hooks into.

    Raises
    ------
    SelfCheckError
        Another version is installed, or a name is gone or has another type.
    """
    installed = version("ministack")
    if installed != MINISTACK_VERSION:
        raise SelfCheckError(f"ministack must be {MINISTACK_VERSION}; got {installed}. Run `make install`.")
    for module, name, kind in HOOKS:
        check_hook(module, name, kind)


def check_hook(module: str, name: str, kind: type | str | None) -> None:
    """Check that a module of the emulator has a name of a given type.

    Parameters
    ----------
    kind
        A type, the name of a type of the emulator, or None for anything that can be called.
    """
    value = getattr(importlib.import_module(module), name, None)
    if kind is None:
        fits, expected = callable(value), "callable"
    elif isinstance(kind, str):
        fits, expected = type(value).__name__ == kind, kind
    else:
        fits, expected = isinstance(value, kind), kind.__name__
    if not fits:
        raise SelfCheckError(f"{module}.{name} must be {expected}; got {type(value).__name__}")
