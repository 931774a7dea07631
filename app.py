"""Entry point of the CDK application, and the only reader of its context."""

import sys
from collections.abc import Mapping
from pathlib import Path

import aws_cdk as cdk

sys.path.insert(0, str(Path(__file__).parent / "common" / "python"))

from components import acknowledge, guardrails
from config.loader import load
from contracts.loader import load_contracts
from stacks.platform_stage import PlatformStage


def make_app(context: Mapping[str, object] | None = None, outdir: str | None = None) -> cdk.App:
    """Build the app for the environments that the context names.

    Parameters
    ----------
    context
        Added to what the CDK CLI passes: `environment` is needed, several are separated by commas (one assembly is then
        promoted from account to account); `guardrails = "true"` also applies the rules of the
        gate, which takes three times as long (`make test` and `make deploy` switch it on).
    outdir
        Where the assembly goes; the CLI's choice by default.
    """
    app = cdk.App(
        context=context,
        outdir=outdir,
        analytics_reporting=False,
        # A stack trace puts folders of this machine into the assembly.
        stack_traces=False,
        # A compiler's warm-up on every synth, for rules that the gate applies anyhow.
        builtin_cloud_formation_validation=False,
    )
    environments = str(app.node.get_context("environment")).split(",")
    gated = app.node.try_get_context("guardrails") == "true"
    acknowledge.record(gated)
    for environment in environments:
        PlatformStage(app, f"lake-{environment}", config=load(environment), contracts=load_contracts())
    if gated:
        guardrails.enforce(app)
    return app


if __name__ == "__main__":
    make_app().synth()
