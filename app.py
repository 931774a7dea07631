"""Entry point of the CDK application, and the only reader of its context."""

import aws_cdk as cdk

from config.loader import load
from stacks.platform_stage import PlatformStage

# Stack traces name folders of this machine in the assembly and cost a third of the time of every construct.
app = cdk.App(analytics_reporting=False, stack_traces=False, builtin_cloud_formation_validation=False)
environment = app.node.get_context("environment")
PlatformStage(app, f"lake-{environment}", config=load(environment))
app.synth()
