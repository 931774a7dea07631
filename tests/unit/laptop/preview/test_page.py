"""The files of the page."""

import json
import re
from pathlib import Path

import pytest

from laptop.preview import page
from laptop.preview.page import PreviewError, write
from laptop.preview.snapshot import DashboardFact, DataSetFact, Person, Rows, Snapshot
from laptop.state import PROJECT


@pytest.fixture
def snapshot() -> Snapshot:
    rows = Rows(count=1, types={"t": "STRING"}, values={"t": ["</script>\u2028"]})
    definition = {"Sheets": [], "CalculatedFields": [{"Expression": "{t}"}]}
    board = DashboardFact(
        id="board", name="Board", description="", version=3, theme="t", data_sets=("d",), definition=definition
    )
    return Snapshot(
        created="2026-11-21T20:00:00+00:00",
        dashboards=(board,),
        data_sets={"d": DataSetFact(id="d", name="D", import_mode="SPICE", rows=1, geographic_roles={"t": "CITY"})},
        people=(
            Person(name="ada/../x", groups=("g",), dashboards=("board",), rows={"d": rows}),
            Person(name="ada?..?x", groups=(), dashboards=(), rows={}),
        ),
        themes={"t": {"UIColorPalette": {}}},
    )


def argument(text: str, function: str) -> list[object]:
    found = re.fullmatch(rf"{re.escape(function)}\((.*)\);\n", text, re.DOTALL)
    assert found
    return list(json.loads(f"[{found[1]}]"))


def test_the_page_loads_each_of_its_scripts_and_nothing_from_elsewhere(snapshot: Snapshot, tmp_path: Path) -> None:
    file = write(snapshot, tmp_path / "dashboards")
    html = file.read_text()
    sources = re.findall(r'src="([^"]+)"', html)
    assert sources[0] == "echarts.min.js"
    assert sources[-2:] == ["dashboards.js", "app/start.js"]
    assert [source for source in sources if not (file.parent / source).exists()] == []
    scripts = {path.relative_to(file.parent).as_posix() for path in file.parent.rglob("*.js")}
    assert {name for name in scripts if not name.startswith("data/")} == set(sources)
    assert "http" not in re.sub(r"http-equiv", "", html)


def test_the_document_says_what_is_there_and_where_rows_lie(snapshot: Snapshot, tmp_path: Path) -> None:
    file = write(snapshot, tmp_path / "dashboards")
    (document,) = argument((file.parent / "dashboards.js").read_text(), "Lake.open")
    assert isinstance(document, dict)
    assert document["created"] == 1_795_291_200_000
    assert document["formulas"] == {"{t}": ["column", "t"]}
    assert document["roles"] == {"d/t": "CITY"}
    assert document["dashboards"][0]["version"] == 3
    source = document["users"]["ada/../x"]["files"]["d"]
    who, data_set, rows = argument((file.parent / source).read_text(), "Lake.receive")
    assert (who, data_set) == ("ada/../x", "d")
    assert isinstance(rows, dict)
    assert rows["columns"]["t"]["values"] == ["</script>\u2028"]


def test_a_name_cannot_leave_the_folder_and_two_that_look_alike_stay_apart(snapshot: Snapshot, tmp_path: Path) -> None:
    file = write(snapshot, tmp_path / "dashboards")
    data = [path.relative_to(file.parent).as_posix() for path in (file.parent / "data").rglob("*.js")]
    assert data == ["data/0-ada_.._x/d.js"]


def test_what_was_there_before_is_gone(snapshot: Snapshot, tmp_path: Path) -> None:
    old = tmp_path / "dashboards" / "data" / "9-gone" / "d.js"
    old.parent.mkdir(parents=True)
    old.touch()
    write(snapshot, tmp_path / "dashboards")
    assert not old.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["dashboards"]


def test_fails_when_the_charts_are_not_installed(
    snapshot: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "_ECHARTS", PROJECT / "node_modules" / "nowhere.js")
    with pytest.raises(PreviewError, match=r"node_modules/nowhere\.js; install it with `make install`"):
        write(snapshot, tmp_path / "dashboards")
