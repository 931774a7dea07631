"""Durable documents of our own services: one SQLite file each, written through."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from laptop.emulator import clients


class Store:
    """A map from string keys to JSON documents, per account and region, that survives a restart.

    A document is a copy: a change to it is kept by `put` only. Threads may share a store.

    Parameters
    ----------
    name
        File name without suffix, e.g. `athena-queries`.
    folder
        Where the file is; the emulator's state folder by default.
    """

    def __init__(self, name: str, folder: Path | None = None) -> None:
        self._name = name
        self._folder = folder
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None

    def get(self, key: str) -> Any | None:
        """Return the document, or None."""
        row = self._run("SELECT document FROM documents WHERE account=? AND region=? AND key=?", *clients.scope(), key)
        return json.loads(row[0][0]) if row else None

    def put(self, key: str, document: Any) -> None:
        """Create or replace a document; it keeps the place that it had in the order of creation."""
        self._run(
            "INSERT INTO documents (account, region, key, document) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (account, region, key) DO UPDATE SET document = excluded.document",
            *clients.scope(),
            key,
            json.dumps(document),
        )

    def delete(self, key: str) -> bool:
        """Delete a document; tell whether there was one."""
        statement = "DELETE FROM documents WHERE account=? AND region=? AND key=? RETURNING key"
        return bool(self._run(statement, *clients.scope(), key))

    def items(self, prefix: str = "") -> Iterator[tuple[str, Any]]:
        """Return keys and documents in the order of their creation."""
        rows = self._run(
            "SELECT key, document FROM documents WHERE account=? AND region=? AND substr(key, 1, ?)=? ORDER BY id",
            *clients.scope(),
            len(prefix),
            prefix,
        )
        return ((key, json.loads(document)) for key, document in rows)

    def scopes(self) -> list[tuple[str, str]]:
        """Return the accounts and regions that have documents."""
        rows = self._run("SELECT DISTINCT account, region FROM documents")
        return [(account, region) for account, region in rows]

    def _run(self, statement: str, *parameters: Any) -> list[Any]:
        with self._lock:
            if self._connection is None:
                self._connection = self._open()
            return self._connection.execute(statement, parameters).fetchall()

    def _open(self) -> sqlite3.Connection:
        folder = self._folder or clients.state_dir()
        connection = sqlite3.connect(folder / f"{self._name}.sqlite", check_same_thread=False, isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        # Safe against a killed process; only a power cut may lose the last documents.
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS documents (id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT, region TEXT,"
            " key TEXT, document TEXT, UNIQUE (account, region, key))"
        )
        return connection
