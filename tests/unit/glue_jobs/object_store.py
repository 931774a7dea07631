"""A lake in memory that behaves as S3 does: single objects change at once, folders do not exist."""

from __future__ import annotations

from lake_common.hadoop_files import StoredFile


class KilledError(Exception):
    """The process ends here."""


class ObjectStore:
    """Objects by URI. After `lives` changes, the next change kills the process before it is made."""

    def __init__(self, objects: dict[str, str] | None = None) -> None:
        self.objects = dict(objects or {})
        self.lives: int | None = None
        self.changes = 0

    def list(self, folder: str) -> list[StoredFile]:
        prefix = f"{folder}/"
        return sorted(
            StoredFile(uri.removeprefix(prefix), len(content))
            for uri, content in self.objects.items()
            if uri.startswith(prefix)
        )

    def read(self, uri: str) -> str | None:
        return self.objects.get(uri)

    def write(self, uri: str, text: str) -> None:
        self._change()
        self.objects[uri] = text

    def copy(self, source: str, target: str) -> None:
        self._change()
        self.objects[target] = self.objects[source]

    def delete(self, uri: str) -> None:
        for key in [key for key in self.objects if key == uri or key.startswith(f"{uri}/")]:
            self._change()
            del self.objects[key]

    def _change(self) -> None:
        if self.lives == self.changes:
            raise KilledError
        self.changes += 1
