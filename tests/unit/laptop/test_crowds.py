from __future__ import annotations

import json
from pathlib import Path

from laptop import crowds
from laptop.state import Home


def test_a_crowd_is_a_file_that_is_replaced_at_once_and_removed(tmp_path: Path) -> None:
    home = Home(tmp_path)
    for seed in (1, 2):
        file = crowds.put(home, "mail", {"jobs": "mail-*", "seed": seed, "workers": []})
    assert file == home.data / "services" / "crowds" / "mail.json"
    assert json.loads(file.read_text())["seed"] == 2
    assert [found.name for found in file.parent.iterdir()] == ["mail.json"]
    for _ in range(2):
        crowds.remove(home, "mail")
    assert not file.exists()
