"""Entry point of the pipeline's CDK application: `cdk deploy --app ".venv/bin/python -m delivery.pipeline.app"`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import aws_cdk as cdk

sys.path.insert(0, str(Path(__file__).parents[2] / "common" / "python"))

from components import guardrails
from components.acknowledge import record
from config.loader import load
from contracts.loader import load_contracts
from delivery.pipeline import settings
from delivery.pipeline.stack import PipelineStack


def make_app(context: Mapping[str, object] | None = None, outdir: str | None = None) -> cdk.App:
    """Build the app: the pipeline, and the environments that it deploys."""
    app = cdk.App(
        context=context,
        outdir=outdir,
        analytics_reporting=False,
        stack_traces=False,
        builtin_cloud_formation_validation=False,
    )
    gated = app.node.try_get_context("guardrails") == "true"
    record(gated)
    chosen = settings.load()
    PipelineStack(
        app,
        "lake-delivery",
        settings=chosen,
        environments=[load(name) for name in chosen.environments],
        contracts=load_contracts(),
    )
    if gated:
        guardrails.enforce(app)
    return app


if __name__ == "__main__":
    make_app().synth()
