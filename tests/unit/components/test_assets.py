"""The same code gives the same archive, whatever the machine and the order in which it lists files."""

import hashlib
import json
import zipfile
from pathlib import Path

from components.assets import CONTRACTS, runtime_files, write_zip


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_bytes_depend_on_names_and_contents_only(tmp_path: Path) -> None:
    files = {"b/two.py": b"2", "a/one.py": b"1"}
    write_zip(tmp_path / "first.zip", files)
    write_zip(tmp_path / "second.zip", dict(sorted(files.items())))
    assert digest(tmp_path / "first.zip") == digest(tmp_path / "second.zip")
    write_zip(tmp_path / "third.zip", files | {"b/two.py": b"3"})
    assert digest(tmp_path / "third.zip") != digest(tmp_path / "first.zip")


def test_archive_can_be_imported_from_and_keeps_every_byte(tmp_path: Path) -> None:
    files = dict(runtime_files())
    write_zip(tmp_path / "runtime.zip", files)
    with zipfile.ZipFile(tmp_path / "runtime.zip") as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == files


def test_archive_holds_the_common_package_the_jobs_and_every_contract() -> None:
    files = dict(runtime_files())
    assert {"lake_common/__init__.py", "lake_common/contract.py", "glue_jobs/__init__.py"} <= set(files)
    contracts = {f"lake_common/contracts/{file.stem}.json" for file in CONTRACTS.glob("*.yaml")}
    assert {name for name in files if name.startswith("lake_common/contracts/")} == contracts
    assert json.loads(files["lake_common/contracts/orders.json"])["name"] == "orders"


def test_archive_holds_nothing_but_source_and_contracts() -> None:
    assert {Path(name).suffix for name in runtime_files_names()} == {".py", ".json"}
    assert not [name for name in runtime_files_names() if "__pycache__" in name or name.startswith("/")]


def runtime_files_names() -> list[str]:
    return [name for name, _ in runtime_files()]
