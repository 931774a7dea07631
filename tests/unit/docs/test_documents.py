import re
from pathlib import Path

import pytest

from contracts.loader import load_contracts

PROJECT = Path(__file__).parents[3]
DOCUMENTS = [PROJECT / "README.md", PROJECT / "CONTRIBUTING.md", *sorted((PROJECT / "docs").glob("*.md"))]


def _blocks(document: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", document.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def test_the_table_of_the_readme_is_a_contract_that_loads(tmp_path: Path) -> None:
    (block,) = _blocks(PROJECT / "README.md", "yaml")
    (tmp_path / "returns.yaml").write_text(block)
    (contract,) = load_contracts(tmp_path)
    assert [column.name for column in contract.raw_columns] == ["order_id", "returned_on"]
    assert contract.primary_key == ("order_id",)
    assert contract.product in {existing.product for existing in load_contracts()}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\((?!https?://|#)([^)#]+)", document.read_text(encoding="utf-8"))
    assert [target for target in targets if not (document.parent / target).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_the_tasks_that_are_named_exist(document: Path) -> None:
    tasks = set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"(?:`|^)make ([a-z-]+)", document.read_text(encoding="utf-8"), re.MULTILINE))
    assert named <= tasks


def test_modules_that_are_named_run() -> None:
    text = "".join(document.read_text(encoding="utf-8") for document in DOCUMENTS)
    modules = {name.rstrip(".") for name in re.findall(r"python -m ([a-z_.]+)", text)} - {"pip", "venv"}
    assert modules
    paths = {module: PROJECT.joinpath(*module.split(".")) for module in modules}
    there = {
        module
        for module, path in paths.items()
        if (path / "__main__.py").is_file() or path.with_suffix(".py").is_file()
    }
    assert modules - there == set()
