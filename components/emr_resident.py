"""The cluster that stays: what the pipeline would start for each run, started once by CloudFormation."""

import aws_cdk as cdk
from constructs import Construct

from components.emr_cluster import as_cloudformation, cluster_request
from components.emr_setup import EmrSettings, EmrSetup

_NAME = "lake-text"


def resident_cluster(scope: Construct, settings: EmrSettings, setup: EmrSetup) -> str:
    """Start the cluster, protected from termination, and return its id.

    A plain resource: the properties are made of the request, which has the names that CloudFormation wants already.
    cdk-nag does not judge it therefore; tests/policy/clusters.py does, with the clusters of state machines.
    """
    secret = setup.kerberos_secret
    # CloudFormation reads the password itself; the template has its address only.
    password = f"{{{{resolve:secretsmanager:{secret.ref}}}}}" if secret else ""
    request = cluster_request(
        settings.config.release, settings.config.cluster, setup.parts(name=_NAME, kerberos_password=password)
    )
    cluster = cdk.CfnResource(scope, "ResidentCluster", type="AWS::EMR::Cluster", properties=as_cloudformation(request))
    return cluster.ref
