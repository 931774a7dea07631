import json
from pathlib import Path

import pytest

from delivery.guard import __main__ as guard


def write_assembly(folder: Path, **resources: object) -> Path:
    nested = folder / "assembly-lake-dev"
    nested.mkdir(parents=True, exist_ok=True)
    (nested / "Storage.json").write_text(json.dumps({"Resources": resources}))
    properties = {"stackName": "lake-dev-Storage", "templateFile": "Storage.json"}
    stack = {"type": "aws:cloudformation:stack", "properties": properties}
    (nested / "manifest.json").write_text(json.dumps({"artifacts": {"Storage": stack}}))
    return folder


def test_a_change_stops_until_it_is_accepted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(guard, "FOLDER", tmp_path / "inventories")
    arguments = ["--environment", "dev", "--assembly", str(tmp_path)]
    write_assembly(tmp_path, Raw={"Type": "AWS::S3::Bucket"})
    assert guard.main(arguments) == 2
    assert "must be committed" in capsys.readouterr().out

    assert guard.main([*arguments, "--accept"]) == 0
    assert guard.main(arguments) == 0
    assert "dev is as its inventory says" in capsys.readouterr().out

    write_assembly(tmp_path, Renamed={"Type": "AWS::S3::Bucket"})
    assert guard.main(arguments) == 1
    shown = capsys.readouterr().out
    assert "renames Storage/Raw (AWS::S3::Bucket): now Storage/Renamed, and empty" in shown
    assert "make guard ENV=dev ARGS=--accept" in shown


def test_a_folder_without_an_assembly_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert guard.main(["--environment", "dev", "--assembly", str(tmp_path)]) == 2
    assert "make synth ENV=dev" in capsys.readouterr().out
