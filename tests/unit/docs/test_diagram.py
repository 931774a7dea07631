import json
import re
from pathlib import Path

import pytest

from docs.diagram import NODES, Resource, draw, main, resources


def _write(folder: Path, name: str, types: dict[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    template = {"Resources": {logical_id: {"Type": kind} for logical_id, kind in types.items()}}
    (folder / f"{name}.template.json").write_text(json.dumps(template))


def test_resources_of_all_stages_are_read(tmp_path: Path) -> None:
    _write(tmp_path, "Top", {"A": "AWS::SNS::Topic"})
    _write(tmp_path / "assembly-lake", "Nested", {"B": "AWS::KMS::Key"})
    assert set(resources(tmp_path)) == {
        Resource("Top", "A", "AWS::SNS::Topic"),
        Resource("Nested", "B", "AWS::KMS::Key"),
    }


def test_what_is_not_deployed_is_not_drawn() -> None:
    svg = draw([Resource("S", "Raw1", "AWS::S3::Bucket")])
    assert set(re.findall(r'class="d-title"[^>]*>([^<]+)<', svg)) == {"Files", "Raw zone", "People, notebooks"}
    assert svg.count('<path class="d-line') == 1


def test_boxes_count_what_they_stand_for() -> None:
    names = ("CurateOrders", "CurateCensus")
    svg = draw([Resource("S", f"Key{name}", "AWS::KMS::Key") for name in names])
    assert "2 keys" in svg
    assert "1 policy" not in svg


def test_no_two_boxes_overlap() -> None:
    places = [(node.column, node.row) for node in NODES]
    for index, (column, row) in enumerate(places):
        assert all(row != other_row or abs(column - other) >= 1 for other, other_row in places[index + 1 :])


def test_the_picture_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _write(tmp_path, "Top", {"A": "AWS::KMS::Key"})
    assert main([str(tmp_path)]) == 0
    assert capsys.readouterr().out.startswith("<svg xmlns=")


def test_fails_without_an_assembly(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "usage" in capsys.readouterr().err
