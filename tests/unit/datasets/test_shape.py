from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from datasets.shape import DAYS, FREQUENCIES, POINTS, QUANTITIES, fit, load, save
from datasets.sources import Order

START = date(1997, 1, 1)


def _order(customer: int, day: int, quantity: int = 1, amount: str = "10.00") -> Order:
    return Order("id", customer, START + timedelta(days=day), quantity, Decimal(amount))


def test_fit_measures_counts_intervals_and_prices() -> None:
    history = [_order(1, 3), _order(1, 13), _order(2, 4, 2, "30.00")]
    history += [_order(9, day) for day in range(25)]
    filler = [_order(100 + n, 5, q) for n, q in enumerate(QUANTITIES)]
    shape = fit(history + filler + [_order(200 + n, d) for n in FREQUENCIES for d in range(0, 2 * n, 2)])
    assert (3, 1) in shape.first_day
    assert (25, 1) in shape.orders_per_customer
    assert (2, 2) in shape.quantity
    assert shape.gap_days[0].count(10) == POINTS // 2
    assert set(shape.gap_days[-1]) == {1, 2}
    assert set(shape.unit_cents[1]) == {500, 1500}


def test_the_order_of_the_rows_does_not_matter() -> None:
    history = [_order(200 + n, 2 * purchase) for n in FREQUENCIES for purchase in range(n)]
    rows = history + [_order(300 + quantity, 5, quantity) for quantity in QUANTITIES]
    assert fit(rows) == fit(rows[::-1])


def test_a_shape_survives_its_file(tmp_path: Path) -> None:
    save(load(), tmp_path / "shape.json")
    assert load(tmp_path / "shape.json") == load()


def test_the_fitted_shape_is_that_of_cdnow() -> None:
    shape = load()
    customers = sum(count for _, count in shape.orders_per_customer)
    assert customers == 23_570
    assert sum(orders * count for orders, count in shape.orders_per_customer) == 69_659
    assert all(0 <= day < DAYS for day, _ in shape.first_day)
