import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from delivery import assembly
from delivery.assembly import AssemblyError
from delivery.cost import __main__ as cost
from delivery.cost import workload
from delivery.cost.workload import WorkloadError
from laptop.report.measured import measured
from laptop.report.model import QueryFact, Report, RunFact, SpanFact
from tests.synthesis import Assembly

NAT = {"Type": "AWS::EC2::NatGateway", "Properties": {}}


def write_assembly(folder: Path, **resources: object) -> None:
    nested = folder / "assembly-lake-dev"
    nested.mkdir(parents=True)
    (nested / "Network.json").write_text(json.dumps({"Resources": resources}))
    stack = {
        "type": "aws:cloudformation:stack",
        "properties": {"stackName": "lake-dev-Network", "templateFile": "Network.json"},
    }
    (nested / "manifest.json").write_text(json.dumps({"artifacts": {"Network": stack, "Tree": {"type": "cdk:tree"}}}))


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository whose first commit had no NAT gateway, with a synthesis that takes no time."""
    root = tmp_path / "checkout"
    root.mkdir()

    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=test", "-c", "user.email=test@example.com"]
        subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True)

    git("init", "--quiet")
    (root / "nat").write_text("0")
    git("add", "nat")
    git("commit", "--quiet", "--message", "First")
    (root / "nat").write_text("1")

    def synthesize(environment: str, outdir: Path, source: Path = root) -> None:
        wanted = (source / "nat").read_text() == "1"
        write_assembly(outdir, **({"Gateway": NAT} if wanted else {}))

    monkeypatch.setattr(cost, "ROOT", root)
    monkeypatch.setattr(assembly, "synthesize", synthesize)
    return root


def test_says_what_a_month_costs_and_writes_it_down(
    checkout: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "cost.json"
    assert cost.main(["--environment", "dev", "--json", str(report), "--lines"]) == 0
    saved = json.loads(report.read_text())
    assert saved["usd"] == pytest.approx(730 * (0.045 + 0.005))
    assert saved["lines"][0]["what"] == "NAT gateways"
    assert "36.50" in capsys.readouterr().out


def test_says_what_changed_since_a_commit_and_leaves_no_worktree(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cost.main(["--environment", "dev", "--since", "HEAD"]) == 0
    shown = capsys.readouterr().out
    assert "Since HEAD: +36.50 USD a month" in shown
    assert "Network VPC: +36.50" in shown
    trees = subprocess.run(["git", "worktree", "list"], cwd=checkout, check=True, capture_output=True, text=True).stdout
    assert len(trees.splitlines()) == 1


def test_an_unknown_commit_is_an_error(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cost.main(["--environment", "dev", "--since", "nowhere"]) == 2
    assert "git worktree add failed" in capsys.readouterr().out


def test_what_nobody_has_priced_is_shown(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def synthesize(environment: str, outdir: Path, source: Path = checkout) -> None:
        write_assembly(outdir, Cluster={"Type": "AWS::Redshift::Cluster"})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(assembly, "synthesize", synthesize)
        assert cost.main(["--environment", "dev"]) == 0
    assert "Not estimated: 1 of AWS::Redshift::Cluster" in capsys.readouterr().out


def test_a_folder_without_an_assembly_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(AssemblyError, match="run `make synth ENV=dev`"):
        list(assembly.resources(tmp_path, "dev"))


def test_the_resources_are_those_of_the_templates(assembly_of: Callable[[str], Assembly]) -> None:
    dev = assembly_of("dev")
    found = {(item.stack, item.logical_id) for item in assembly.resources(dev.folder, "dev")}
    assert found == {(item.stack, item.logical_id) for item in dev.resources()}


def test_values_of_a_run_replace_assumptions(tmp_path: Path) -> None:
    spans = (SpanFact("Curate", 10.0, 40.0), SpanFact("Aggregate", 40.0, 46.0))
    runs = (RunFact("orders", "a.csv", "SUCCEEDED", 0.0, 50.0, spans),)
    queries = (QueryFact("q", "Q", "lake-analysts", 1, 1, 3_000_000, 9_000_000),)
    report = Report.__new__(Report)
    object.__setattr__(report, "runs", runs)
    object.__setattr__(report, "queries", queries)
    file = tmp_path / "measured.json"
    file.write_text(json.dumps(measured(report)))
    assumed, used = workload.load("dev"), workload.load("dev", file)
    assert used.pipelines.curate_minutes == 0.5
    assert used.pipelines.aggregate_minutes == pytest.approx(0.1)
    assert used.pipelines.quality_minutes == assumed.pipelines.quality_minutes
    assert used.queries.mb_per_query["analysts"] == 3.0
    assert used.queries.mb_per_query["engineers"] == assumed.queries.mb_per_query["engineers"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "must be JSON"),
        ('{"pipeline": {}}', r"expected keys among .*got \['pipeline'\]"),
        ('{"pipelines": {"runs": -1}}', "pipelines.runs"),
    ],
)
def test_a_wrong_measurement_is_named(text: str, words: str, tmp_path: Path) -> None:
    file = tmp_path / "measured.json"
    file.write_text(text)
    with pytest.raises(WorkloadError, match=words):
        workload.load("dev", file)


def test_a_missing_or_misspelt_assumption_is_named(tmp_path: Path) -> None:
    with pytest.raises(WorkloadError, match="got no such file"):
        workload.load("dev", folder=tmp_path)
    text = (workload.FOLDER / "dev.toml").read_text().replace("runs = ", "rnus = ")
    (tmp_path / "dev.toml").write_text(text)
    with pytest.raises(WorkloadError, match=r"(?s)pipelines.runs: Field required.*pipelines.rnus"):
        workload.load("dev", folder=tmp_path)
