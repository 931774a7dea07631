"""What `cdk synth` of the lake costs, against an empty stack in the same run.

    python -m benchmarks.synth [--runs 5] [--environment laptop]

The measure is CPU time, user and system, of the CLI and everything that it starts. Runs alternate, so that a busy
machine hits both alike, and the least disturbed one counts. `docs/synth-speed.md` says what keeps the ratio low.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
CDK = ROOT / "node_modules" / ".bin" / "cdk"
LIMIT = 1.8

# The floor: the library's import and start, with the same options as the lake's app.
EMPTY = """
import aws_cdk as cdk
app = cdk.App(analytics_reporting=False, stack_traces=False, builtin_cloud_formation_validation=False)
cdk.Stack(app, "Empty")
app.synth()
"""
# The same with the library's own options, for comparison: validation compiles its engine on every synth, and refuses a
# template without resources.
EMPTY_WITH_DEFAULTS = """
import aws_cdk as cdk
app = cdk.App()
cdk.CfnWaitConditionHandle(cdk.Stack(app, "Empty"), "Nothing")
app.synth()
"""


def cpu_seconds(app: str, environment: str, outdir: Path) -> float:
    """Synthesize once and return the CPU time of the process tree, in seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    options = ["--quiet", "--no-lookups", "--no-notices", "-c", f"environment={environment}"]
    subprocess.run(
        [str(CDK), "synth", *options, "--app", app, "--output", str(outdir)],
        cwd=ROOT,
        env=os.environ | {"CDK_DISABLE_CLI_TELEMETRY": "true", "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20"},
        check=True,
        capture_output=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(apps: dict[str, str], environment: str, runs: int, folder: Path) -> dict[str, list[float]]:
    """Time each app `runs` times in turn, after one unmeasured run that fills caches."""
    times: dict[str, list[float]] = {name: [] for name in apps}
    for run in range(runs + 1):
        for name, app in apps.items():
            seconds = cpu_seconds(app, environment, folder / "out" / name.replace(" ", "-"))
            if run:
                times[name].append(seconds)
    return times


def resources(outdir: Path) -> int:
    """Count the resources of an assembly."""
    templates = outdir.rglob("*.template.json")
    return sum(len(json.loads(template.read_text()).get("Resources", {})) for template in templates)


def main() -> int:
    """Print the table; fail beyond the limit."""
    parser = argparse.ArgumentParser(description="CPU time of `cdk synth`")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--environment", default="laptop")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "empty.py").write_text(EMPTY)
        (folder / "defaults.py").write_text(EMPTY_WITH_DEFAULTS)
        apps = {
            "empty stack": f"{sys.executable} {folder / 'empty.py'}",
            "empty stack, library defaults": f"{sys.executable} {folder / 'defaults.py'}",
            "lake": f"{sys.executable} app.py",
        }
        times = measure(apps, arguments.environment, arguments.runs, folder)
        count = resources(folder / "out" / "lake")
    floor = min(times["empty stack"])
    print(f"{'':32}{'CPU s':>8}{'worst':>8}{'ratio':>8}")
    for name, seconds in times.items():
        print(f"{name:32}{min(seconds):8.2f}{max(seconds):8.2f}{min(seconds) / floor:8.2f}")
    ratio = min(times["lake"]) / floor
    print(f"{count} resources; ratio {ratio:.2f}, limit {LIMIT}; load {os.getloadavg()[0]:.1f}")
    return 0 if ratio <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
