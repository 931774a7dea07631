from __future__ import annotations

import dataclasses
import random
from pathlib import Path

import pytest

from benchmarks import capacity_document, spot_simulation
from benchmarks.capacity_measure import save, shuffle_bytes
from benchmarks.spot_simulation import Weather
from benchmarks.text_capacity import Cluster, Law, Measured, Plan, Point, Prices, law, load, plan

NEED = Law(20.0, 0.5, 0.3, 1.5, 3.0)
CLUSTER, PRICES = Cluster(), Prices()


def measured(*seconds: tuple[float, float]) -> Measured:
    points = tuple(Point(size, cpu, 1.5 * size, 3 * size, 900) for size, cpu in seconds)
    return Measured("Here.", points, 0.3)


def test_the_law_is_fitted_to_all_points_but_the_largest() -> None:
    need = law(measured((4, 22), (12, 26), (48, 44), (480, 999)))
    assert dataclasses.astuple(need) == pytest.approx(dataclasses.astuple(NEED), rel=1e-9)


def test_fails_without_a_point_to_check_the_law() -> None:
    with pytest.raises(ValueError, match="two points to fit and one to check are needed; got 2"):
        law(measured((4, 22), (12, 26)))


def test_a_small_corpus_needs_no_task_units_and_a_large_one_not_more_than_the_limit() -> None:
    small, large = plan(47, NEED, CLUSTER, PRICES), plan(1e7, NEED, CLUSTER, PRICES)
    assert (small.task_units, large.task_units) == (0, CLUSTER.most_task_units)
    assert small.total_minutes == pytest.approx(CLUSTER.start_minutes + small.work_minutes)
    assert large.work_minutes > CLUSTER.target_minutes


@pytest.mark.parametrize("size", [2e4, 3e4, 5e4])
def test_units_are_as_few_as_finish_in_time(size: float) -> None:
    found = plan(size, NEED, CLUSTER, PRICES)
    assert 0 < found.task_units < CLUSTER.most_task_units
    assert found.work_minutes <= CLUSTER.target_minutes
    one_less = found.work_minutes * (CLUSTER.core_units + found.task_units)
    assert one_less / (CLUSTER.core_units + found.task_units - 1) > CLUSTER.target_minutes


def test_spot_saves_on_task_units_only() -> None:
    found = plan(3e4, NEED, CLUSTER, PRICES)
    hours = found.total_minutes / 60
    saved = hours * found.task_units * PRICES.worker_on_demand * (1 - PRICES.spot_share)
    assert found.on_demand_dollars - found.spot_dollars == pytest.approx(saved)


def test_without_interruptions_the_simulation_is_the_plan() -> None:
    found = plan(3e4, NEED, CLUSTER, PRICES)
    draw = spot_simulation.run(found, CLUSTER, Weather("none", 0.0), random.Random(0))
    assert draw.minutes == pytest.approx(found.work_minutes)
    assert draw.mean_units == pytest.approx(found.task_units)
    assert draw.interruptions == 0


def test_the_more_interruptions_the_longer_it_takes_and_it_always_ends() -> None:
    found = plan(5e4, NEED, CLUSTER, PRICES)
    outcomes = spot_simulation.simulate(found, CLUSTER, PRICES, runs=60)
    times = [outcome.median_minutes for outcome in outcomes]
    assert times == sorted(times)
    assert times[-1] > times[0]
    assert all(outcome.worst_minutes >= outcome.median_minutes for outcome in outcomes)
    always = Weather("always", 1.0, replacement_minutes=60)
    assert spot_simulation.run(found, CLUSTER, always, random.Random(0)).minutes < 1e5


def test_interruptions_come_at_their_rate() -> None:
    long = Plan(0, 20, 600, 600, 0, 0, 0, 0)
    weather = Weather("10 % an hour", 0.1, replacement_minutes=0, lost_share=0)
    taken = [spot_simulation.run(long, CLUSTER, weather, random.Random(n)).interruptions for n in range(40)]
    # A unit is away for the minute in which it is taken.
    expected = 600 / 60 * 20 * 0.1054
    assert sum(taken) / len(taken) == pytest.approx(expected, rel=0.08)


def test_shuffled_bytes_are_summed_over_the_tasks_of_the_event_log(tmp_path: Path) -> None:
    task = '{"Event": "SparkListenerTaskEnd", "Task Metrics": {"Shuffle Write Metrics": {"Shuffle Bytes Written": 7}}}'
    lost = '{"Event": "SparkListenerTaskEnd"}'
    (tmp_path / "app-1").write_text("\n".join([task, lost, '{"Event": "SparkListenerJobEnd"}', task]) + "\n")
    assert shuffle_bytes(tmp_path) == 14


def test_what_was_measured_is_read_as_it_was_saved(tmp_path: Path) -> None:
    file, points = tmp_path / "m.json", measured((48, 44), (4, 22), (12, 26))
    save(points, file)
    assert load(file) == dataclasses.replace(points, points=tuple(sorted(points.points, key=lambda p: p.text_mb)))


def test_the_page_is_what_the_model_says_of_what_was_measured() -> None:
    assert capacity_document.FILE.read_text(encoding="utf-8") == capacity_document.page(load())


def test_the_page_shows_how_well_the_model_predicts_the_largest_run() -> None:
    text = capacity_document.page(measured((4, 22), (12, 26), (48, 44), (480, 300)))
    assert "| 48.0 MB | fit | 44 | 44 | +0% |" in text
    assert "| 480.0 MB | check | 300 | 260 | -13% |" in text
    assert "| 1 TB | 60 |" in text
    assert "| 50 % an hour |" in text
    assert "{" not in text
