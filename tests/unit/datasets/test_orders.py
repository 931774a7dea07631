from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest

from datasets.deliveries import HEADER
from datasets.orders import BLOCK_CUSTOMERS, Request, blocks, write
from datasets.shape import load, pairs


def _read(files: list[Path]) -> pl.DataFrame:
    return pl.concat([pl.read_csv(file, try_parse_dates=True) for file in files])


def _distance(drawn: npt.NDArray[np.int64], counts: tuple[tuple[int, ...], ...]) -> float:
    """Kolmogorov-Smirnov distance between what was drawn and what was fitted."""
    fitted = pairs(counts)
    expected = np.cumsum(fitted["count"]) / fitted["count"].sum()
    got = np.searchsorted(np.sort(drawn), fitted["value"], side="right") / len(drawn)
    return float(np.abs(expected - got).max())


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    return _read(write(Request(rows=100_000, seed=3), tmp_path_factory.mktemp("orders")))


def test_the_number_of_rows_is_exact_and_orders_are_unique(drawn: pl.DataFrame) -> None:
    assert drawn.columns == list(HEADER)
    assert drawn.height == 100_000
    assert drawn["order_id"].n_unique() == 100_000


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(tmp_path: Path) -> None:
    def bytes_of(seed: int, name: str) -> list[bytes]:
        return [file.read_bytes() for file in write(Request(rows=2_000, seed=seed, files=3), tmp_path / name)]

    assert bytes_of(1, "a") == bytes_of(1, "b")
    assert bytes_of(1, "c") != bytes_of(2, "d")


def test_rows_do_not_depend_on_the_number_of_files(tmp_path: Path) -> None:
    one = _read(write(Request(rows=5_000, files=1), tmp_path / "one"))
    many = _read(write(Request(rows=5_000, files=40), tmp_path / "many"))
    assert one.sort("order_id").equals(many.sort("order_id"))


def test_each_file_holds_its_own_span_of_days_before_its_ingestion(tmp_path: Path) -> None:
    files = write(Request(rows=20_000, files=6), tmp_path)
    last = "1996-12-31"
    for file in files:
        days = pl.read_csv(file)["order_date"].sort().to_list()
        assert last < days[0]
        assert f"ingest_date={days[-1]}" < file.parent.name
        assert 2_000 < len(days) < 5_000
        last = days[-1]


def test_blocks_continue_the_numbering(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("datasets.orders.BLOCK_CUSTOMERS", 100)
    made = list(blocks(Request(rows=1_000), load()))
    assert len(made) > 2
    assert np.concatenate([block["number"] for block in made]).tolist() == list(range(1, 1_001))
    customers = np.concatenate([block["customer"] for block in made])
    assert sorted(set(customers.tolist())) == list(range(1, int(customers.max()) + 1))
    assert BLOCK_CUSTOMERS > 100


def test_orders_per_customer_quantities_and_first_purchases_have_the_real_shape(drawn: pl.DataFrame) -> None:
    shape = load()
    customers = drawn.group_by("customer_id").agg(orders=pl.len(), first=pl.col("order_date").min())
    offsets = (customers["first"].to_numpy() - np.datetime64("1997-01-01")).astype("timedelta64[D]").astype(int)
    assert _distance(customers["orders"].to_numpy(), shape.orders_per_customer) < 0.01
    assert _distance(drawn["quantity"].to_numpy(), shape.quantity) < 0.01
    assert _distance(offsets, shape.first_day) < 0.01


def test_revenue_and_intervals_are_close_to_the_real_ones(drawn: pl.DataFrame) -> None:
    """CDNOW: 35.89 dollars an order, 69.0 days between the purchases of a customer, 11.77 the commonest price."""
    gaps = drawn.sort("customer_id", "order_date").select(
        pl.col("order_date").diff().over("customer_id").dt.total_days()
    )
    assert drawn["amount"].mean() == pytest.approx(35.89, rel=0.03)
    assert gaps["order_date"].drop_nulls().mean() == pytest.approx(69.0, rel=0.1)
    singles = drawn.filter(pl.col("quantity") == 1)["amount"]
    assert 11.77 in singles.value_counts(sort=True)["amount"].head(3).to_list()


def test_dirt_is_added_to_the_good_rows(tmp_path: Path) -> None:
    (file,) = write(Request(rows=1_000, dirt=0.1), tmp_path)
    lines = file.read_text().splitlines()[1:]
    good, added = lines[:1_000], lines[1_000:]
    assert len(added) == 100
    assert sum(line in good for line in added) == 50
    assert all(line.startswith(("bad-", ",")) for line in added if line not in good)


@pytest.mark.parametrize(
    "wrong", [{"rows": 0}, {"rows": 1, "files": 0}, {"rows": 1, "files": 547}, {"rows": 1, "dirt": 2}]
)
def test_fails_for_an_impossible_request(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="expected rows >= 1, files from 1 to 546 and dirt from 0 to 1; got"):
        Request(**wrong)
