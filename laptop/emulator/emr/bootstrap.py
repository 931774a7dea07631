"""Bootstrap actions: fetched from S3 and checked, not run.

A bootstrap action installs packages on the nodes of a cluster, as root. The laptop's Spark has them already, and a
script of a template must not change the machine of its user. What is proven: the script is where the template says,
Bash can parse it, and every S3 address among its arguments exists. A script that fails on a node is a fault that a
test asks for (`faults`).
"""

from __future__ import annotations

import json
import subprocess

from botocore.exceptions import ClientError

from laptop.emulator.clients import client
from laptop.emulator.emr import logs, security
from laptop.emulator.glue_run import split_uri
from laptop.emulator.registry import Json


def run_all(cluster: Json, *, fails: bool) -> str:
    """Check every bootstrap action of a cluster; return why one failed, or an empty text.

    Parameters
    ----------
    fails
        The first action returns 1, whatever it is.
    """
    missing = _missing_certificates(cluster["Request"].get("SecurityConfiguration"))
    if missing:
        return f"The certificates for encryption in transit must be at {missing}; there is no such object"
    primary = next(item for item in cluster["Instances"] if item["Role"] == "MASTER")["Ec2InstanceId"]
    for number, action in enumerate(cluster["Request"].get("BootstrapActions") or [], 1):
        script = action["ScriptBootstrapAction"]
        problem = "exit status 1, asked for by a fault" if fails else check(script)
        command = " ".join([script["Path"], *script.get("Args", [])])
        lines = {
            "controller": [f"{action['Name']}: {command}", f"ended with {problem or 'success'}"],
            "stdout": [] if problem else ["checked and not run: the laptop has what it would install"],
            "stderr": [problem] if problem else [],
        }
        logs.push(cluster, logs.bootstrap_folder(cluster, primary, number), lines)
        if problem:
            return f"On the master instance ({primary}), bootstrap action {number} returned a non-zero return code"
    return ""


def _missing_certificates(security_configuration: str | None) -> str:
    if not security_configuration:
        return ""
    document = json.loads(security.find(security_configuration)["SecurityConfiguration"])
    in_transit = document.get("EncryptionConfiguration", {}).get("InTransitEncryptionConfiguration", {})
    uri = str(in_transit.get("TLSCertificateConfiguration", {}).get("S3Object", ""))
    return uri if uri and not _exists(uri) else ""


def check(script: Json) -> str:
    """Return what is wrong with a ScriptBootstrapAction, or an empty text."""
    try:
        bucket, key = split_uri(script["Path"])
        text = client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    except (ClientError, ValueError) as error:
        return f"{script['Path']} must be a script in S3; got {error}"
    # -n: parse only.
    parsed = subprocess.run(["bash", "-n"], input=text, capture_output=True, check=False)  # noqa: S607
    if parsed.returncode:
        return bytes(parsed.stderr).decode(errors="replace").strip()
    missing = [part for part in script.get("Args", []) if part.startswith("s3://") and not _exists(part)]
    return f"arguments must name what exists in S3; got {', '.join(missing)}" if missing else ""


def _exists(uri: str) -> bool:
    bucket, key = split_uri(uri)
    try:
        return bool(client("s3").list_objects_v2(Bucket=bucket, Prefix=key, MaxKeys=1).get("KeyCount"))
    except ClientError:
        return False
