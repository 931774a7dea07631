"""The page as files: what it is made of, its scripts, and the rows of each person."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

from laptop.launcher import LaptopError
from laptop.preview import columns, formulas
from laptop.preview.snapshot import DataSetFact, Json, Person, Snapshot
from laptop.state import PROJECT

_STATIC = Path(__file__).with_name("static")
_ECHARTS = PROJECT / "node_modules" / "echarts" / "dist" / "echarts.min.js"
# In the order in which they need each other: a page that is opened as a file cannot import modules.
SCRIPTS = (
    *(
        f"engine/{name}.js"
        for name in (
            "dates", "format", "aggregate", "expressions", "data", "fields", "tables", "parameters", "filters",
            "model", "cube", "forecast", "computations", "narrative",
        )
    ),
    *(
        f"draw/{name}.js"
        for name in ("common", "colors", "bars", "lines", "parts", "heat", "points", "words", "tables", "pivot")
    ),
    *(f"app/{name}.js" for name in ("store", "inputs", "controls", "sheet", "header", "main")),
)  # fmt: skip


class PreviewError(LaptopError):
    """The preview cannot be written."""


def write(snapshot: Snapshot, folder: Path) -> Path:
    """Write the page, in place of the one that was there.

    Returns
    -------
    Path
        The page. It needs no network and no server: a browser opens it from its file.

    Raises
    ------
    PreviewError
        The library of charts is not installed.
    """
    if not _ECHARTS.exists():
        raise PreviewError(f"the charts need {_ECHARTS.relative_to(PROJECT)}; install it with `make install`")
    unfinished = folder.with_name(f"{folder.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.copytree(_STATIC, unfinished)
    shutil.copy(_ECHARTS, unfinished)
    _script(unfinished / "dashboards.js", "Lake.open", _document(snapshot))
    for number, person in enumerate(snapshot.people):
        for data_set, rows in person.rows.items():
            file = unfinished / _file(number, person, data_set)
            file.parent.mkdir(parents=True, exist_ok=True)
            _script(file, "Lake.receive", person.name, data_set, columns.encode(rows))
    page = unfinished / "index.html"
    page.write_text(_with_scripts(page.read_text(encoding="utf-8")), encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    unfinished.rename(folder)
    return folder / "index.html"


def _with_scripts(html: str) -> str:
    sources = ("echarts.min.js", *SCRIPTS, "dashboards.js", "app/start.js")
    return html.replace("<!-- scripts -->", "\n".join(f'<script src="{source}"></script>' for source in sources))


def _script(path: Path, function: str, *arguments: Any) -> None:
    """Write a call as a script: a page from a file may load scripts, and not JSON."""
    texts = (json.dumps(argument, separators=(",", ":"), allow_nan=False) for argument in arguments)
    path.write_text(f"{function}({','.join(texts)});\n", encoding="ascii")


def _file(number: int, person: Person, data_set: str) -> str:
    # Names may hold what a path may not, and two of them may then look alike.
    return f"data/{number}-{re.sub(r'[^A-Za-z0-9._-]', '_', person.name)}/{data_set}.js"


def _document(snapshot: Snapshot) -> Json:
    trees: Json = {}
    for dashboard in snapshot.dashboards:
        trees |= formulas.read(dashboard.definition)
    return {
        "created": columns.milliseconds(snapshot.created),
        "themes": dict(snapshot.themes),
        "formulas": trees,
        "roles": {
            f"{fact.id}/{column}": role
            for fact in snapshot.data_sets.values()
            for column, role in fact.geographic_roles.items()
        },
        "dataSets": {fact.id: _data_set(fact) for fact in snapshot.data_sets.values()},
        "dashboards": [
            {
                "id": one.id,
                "name": one.name,
                "description": one.description,
                "version": one.version,
                "theme": one.theme,
                "dataSets": list(one.data_sets),
                "definition": one.definition,
            }
            for one in snapshot.dashboards
        ],
        "users": {person.name: _person(number, person) for number, person in enumerate(snapshot.people)},
    }


def _data_set(fact: DataSetFact) -> Json:
    return {
        "name": fact.name,
        "importMode": fact.import_mode,
        "rows": fact.rows,
        "status": fact.status,
        "created": columns.milliseconds(fact.created),
        "error": fact.error,
        "lastGood": columns.milliseconds(fact.last_good),
    }


def _person(number: int, person: Person) -> Json:
    return {
        "groups": list(person.groups),
        "dashboards": list(person.dashboards),
        "files": {data_set: _file(number, person, data_set) for data_set in person.rows},
        "rights": {
            data_set: {"count": rows.count, "hidden": list(rows.hidden), "error": rows.error}
            for data_set, rows in person.rows.items()
        },
    }
