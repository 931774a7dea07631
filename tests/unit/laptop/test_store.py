from __future__ import annotations

import threading
from pathlib import Path

import pytest

from laptop.emulator import clients
from laptop.emulator.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store("things", tmp_path)


def test_documents_survive_and_come_in_the_order_of_their_creation(store: Store, tmp_path: Path) -> None:
    for key in ("b", "a", "c"):
        store.put(key, {"key": key})
    store.put("a", {"key": "changed"})
    assert list(Store("things", tmp_path).items()) == [
        ("b", {"key": "b"}),
        ("a", {"key": "changed"}),
        ("c", {"key": "c"}),
    ]


def test_a_deleted_document_is_gone(store: Store) -> None:
    store.put("a", 1)
    assert store.delete("a")
    assert not store.delete("a")
    assert store.get("a") is None


def test_keys_are_found_by_a_prefix_that_is_no_pattern(store: Store) -> None:
    for key in ("a%", "ab", "é/x"):
        store.put(key, key)
    assert [key for key, _ in store.items("a%")] == ["a%"]
    assert [key for key, _ in store.items("é")] == ["é/x"]


def test_a_document_is_a_copy(store: Store) -> None:
    document = {"state": "RUNNING"}
    store.put("a", document)
    document["state"] = "changed"
    found = store.get("a")
    assert found == {"state": "RUNNING"}


def test_accounts_and_regions_are_apart(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.put("a", 1)
    monkeypatch.setattr(clients, "_scope", lambda: ("111111111111", "eu-west-1"))
    assert store.get("a") is None
    store.put("a", 2)
    assert sorted(store.scopes()) == [("000000000000", "us-east-1"), ("111111111111", "eu-west-1")]


def test_threads_share_a_store(store: Store) -> None:
    def write(worker: int) -> None:
        for number in range(25):
            store.put(f"{worker}-{number}", number)

    threads = [threading.Thread(target=write, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(list(store.items())) == 100
