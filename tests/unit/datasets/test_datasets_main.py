from pathlib import Path

import pytest

from datasets.__main__ import main
from datasets.fetch import FetchError


def test_list_names_each_table_with_its_rows(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert main(["list"]) == 0
    text = capsys.readouterr().out
    assert "69,659" in text
    assert "336,776" in text


def test_generate_writes_orders_and_access_logs(tmp_path: Path) -> None:
    assert main(["generate", "orders", "--rows", "100", "--files", "2", "--out", str(tmp_path)]) == 0
    assert main(["generate", "access-logs", "--rows", "10", "--out", str(tmp_path)]) == 0
    assert len(list(tmp_path.glob("orders/ingest_date=*/orders-*.csv"))) == 2
    assert len(list(tmp_path.glob("access_logs/ingest_date=*/access.log.gz"))) == 1


@pytest.mark.usefixtures("small_catalogue")
def test_prepare_shows_each_file(
    archives: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("datasets.__main__.fetch", lambda folder, packages, report: archives)
    assert main(["prepare", "--home", str(tmp_path)]) == 0
    assert "orders/ingest_date=1998-07-02/orders-late.csv" in capsys.readouterr().out.replace("\n", "")


def test_fails_with_a_message_and_no_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_network(folder: Path, packages: object, report: object) -> dict[str, Path]:
        raise FetchError("could not fetch lifetimes")

    monkeypatch.setattr("datasets.__main__.fetch", no_network)
    assert main(["prepare", "--home", str(tmp_path)]) == 1
    assert capsys.readouterr().err == "error: could not fetch lifetimes\n"
