"""The preview of the whole collection: every visual is drawn, with the numbers of SQL and the rows of each person."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.preview_support import collection, lake, open_page, settle, snapshot
from tests.browser_support import photograph

SHEETS = [(one.id, sheet["SheetId"]) for one in collection().dashboards for sheet in one.definition["Sheets"]]
READER = {"lake-orders": "ada", "lake-traffic": "olga", "lake-operations": "olga", "lake-flights": "ada"}
# What the rule of ron's group says.
RETENTION = "segment = 'lapsing'"
# Sheets whose pictures are in the documents.
PICTURES = {("lake-orders", "revenue"), ("lake-traffic", "live"), ("lake-operations", "cost")}

# The values of a visual as the page shows them: of its chart's first series, its table, or its number.
VALUES = """(id) => {
  const tile = document.querySelector(`[data-visual="${id}"]`);
  const chart = Lake.sheet.chartOf(id);
  if (chart) return chart.getOption().series.map((one) => one.data.map((point) =>
    point === null ? null : Array.isArray(point) ? point : typeof point === "object" ? point.value : point));
  const value = tile.querySelector(".kpi");
  if (value) return Number(value.dataset.value);
  return [...tile.querySelectorAll("tr")].map((row) => [...row.children].map((cell) => cell.textContent));
}"""


def values(page: Page, visual: str) -> Any:
    return page.evaluate(VALUES, visual)


def sql(query: str) -> Any:
    return lake().execute(query).fetchall()


@pytest.mark.parametrize(("dashboard", "sheet"), SHEETS)
def test_every_visual_is_drawn_with_data(quiet: Page, dashboards: Path, dashboard: str, sheet: str) -> None:
    open_page(quiet, dashboards, user=READER[dashboard], dashboard=dashboard, sheet=sheet)
    drawn = quiet.eval_on_selector_all(
        "article.visual",
        "(all) => all.map((one) => [one.dataset.visual, one.dataset.state, Number(one.dataset.marks)])",
    )
    (definition,) = (one.definition for one in collection().dashboards if one.id == dashboard)
    (declared,) = (one["Visuals"] for one in definition["Sheets"] if one["SheetId"] == sheet)
    assert {visual for visual, _, _ in drawn} == {next(iter(one.values()))["VisualId"] for one in declared}
    assert [one for one in drawn if one[1] != "drawn" or not one[2]] == []
    # A chart has marks, a table has cells, a number and a story have text: nothing is only a title.
    for visual, _, _ in drawn:
        body = quiet.locator(f'[data-visual="{visual}"] .body')
        assert body.locator("svg path, canvas, td, .kpi-value, .insight b").count(), visual
    if (dashboard, sheet) in PICTURES:
        quiet.set_viewport_size({"width": 1280, "height": quiet.evaluate("document.documentElement.scrollHeight")})
        photograph(quiet, f"dashboard-{dashboard.removeprefix('lake-')}-{sheet}")


def test_visuals_lie_on_the_grid_as_their_definition_says(quiet: Page, dashboards: Path) -> None:
    open_page(quiet, dashboards, user="ada", dashboard="lake-orders", sheet="revenue")
    places = quiet.evaluate(
        """() => {
          const left = document.querySelector(".grid").getBoundingClientRect();
          return Object.fromEntries([...document.querySelectorAll(".cell")].map((cell) => {
            const box = cell.getBoundingClientRect();
            const at = [(box.left - left.left) / left.width * 36, box.width / left.width * 36];
            return [cell.firstChild.dataset.visual, [...at,
              (box.top - left.top) / 34, box.height / 34]];
          }));
        }"""
    )
    (definition,) = (one.definition for one in collection().dashboards if one.id == "lake-orders")
    grid = definition["Sheets"][0]["Layouts"][0]["Configuration"]["GridLayout"]["Elements"]
    assert len(grid) == len(places)
    for element in grid:
        declared = [element[key] for key in ("ColumnIndex", "ColumnSpan", "RowIndex", "RowSpan")]
        assert places[element["ElementId"]] == pytest.approx(declared, abs=0.05)


def test_totals_are_those_of_a_plain_query(quiet: Page, dashboards: Path) -> None:
    open_page(quiet, dashboards, user="ada", dashboard="lake-orders", sheet="revenue")
    wanted = sql('SELECT sum(amount) FROM "lake-orders" GROUP BY segment ORDER BY 1 DESC')
    assert values(quiet, "revenue-by-segment")[0] == pytest.approx([value for (value,) in wanted])
    weeks = sql(
        "SELECT sum(amount) FROM \"lake-orders\" GROUP BY date_trunc('week', order_date) ORDER BY min(order_date)"
    )
    assert [value for _, value in values(quiet, "revenue-by-week")[0]] == pytest.approx([value for (value,) in weeks])
    ((last,),) = sql(
        "SELECT sum(amount) FROM \"lake-orders\" WHERE order_date >= '1998-06-01' AND order_date <= '1998-06-30'"
    )
    assert values(quiet, "revenue-of-month") == pytest.approx(last)
    days = sql('SELECT count(*) FROM "lake-orders" GROUP BY weekday_number ORDER BY weekday_number')
    assert values(quiet, "orders-by-weekday")[0] == [count for (count,) in days]
    stacked = values(quiet, "revenue-by-month-and-segment")
    months = sql(
        "SELECT sum(amount) FROM \"lake-orders\" GROUP BY date_trunc('month', order_date) ORDER BY min(order_date)"
    )
    sums = [sum(value or 0 for value in column) for column in zip(*stacked, strict=True)]
    assert sums == pytest.approx([value for (value,) in months])


def test_tables_and_their_totals_are_those_of_a_plain_query(quiet: Page, dashboards: Path) -> None:
    open_page(quiet, dashboards, user="ada", dashboard="lake-orders", sheet="customers")
    rows = values(quiet, "segments")
    wanted = sql(
        "SELECT segment, count(*), sum(orders), sum(revenue), sum(revenue) / sum(orders) "
        'FROM "lake-customers" GROUP BY ROLLUP (segment) ORDER BY segment IS NULL, 4 DESC'
    )
    texts = [
        [name or "Total", f"{n:,}", f"{orders:,}", f"${revenue:,.0f}", f"${each:,.2f}"]
        for name, n, orders, revenue, each in wanted
    ]
    assert [row[:5] for row in rows[1:]] == texts
    open_page(quiet, dashboards, user="ada", dashboard="lake-orders", sheet="retention")
    pivot = values(quiet, "revenue-by-cohort")
    ((total,),) = sql('SELECT sum(revenue) FROM "lake-cohort-retention"')
    assert pivot[-1][0] == "Total"
    assert pivot[-1][-1] == f"${total:,.0f}"
    ((first,),) = sql(
        "SELECT sum(revenue) FROM \"lake-cohort-retention\" WHERE cohort_month = '1997-01' AND months_since = 0"
    )
    assert pivot[1][:2] == ["1997-01", f"${first:,.0f}"]


def test_a_person_sees_their_rows_only_and_is_told_so(quiet: Page, dashboards: Path) -> None:
    open_page(quiet, dashboards, user="ada", dashboard="lake-orders", sheet="revenue")
    assert len(values(quiet, "revenue-by-segment")[0]) == 6
    quiet.get_by_role("group", name="View as").get_by_role("button", name="ron").click()
    settle(quiet)
    wanted = sql(f'SELECT sum(amount) FROM "lake-orders" WHERE {RETENTION} GROUP BY segment ORDER BY 1 DESC')
    assert values(quiet, "revenue-by-segment")[0] == pytest.approx([value for (value,) in wanted])
    ((count, everybody),) = sql(f'SELECT count(*) FILTER ({RETENTION}), count(*) FROM "lake-orders"')
    who = quiet.locator(".who")
    expect(who).to_contain_text("ron · lake-retention")
    expect(who).to_contain_text(f"{count:,} of {everybody:,} rows of Orders")
    expect(who).to_contain_text("customer_id of Orders withheld")


def test_the_files_of_a_person_hold_nothing_that_they_may_not_see(dashboards: Path) -> None:
    (mine,) = (dashboards.parent / "data").glob("*-ron")
    orders = (mine / "lake-orders.js").read_text()
    assert "lapsing" in orders
    assert "loyal" not in orders
    assert "customer_id" in orders  # as a name that is withheld
    assert '"customer_id":{' not in orders
    assert {file.stem for file in mine.iterdir()} == {"lake-orders", "lake-customers", "lake-cohort-retention"}


def test_a_dashboard_that_a_person_may_not_read_is_locked(quiet: Page, dashboards: Path) -> None:
    open_page(quiet, dashboards, user="olga", dashboard="lake-orders")
    expect(quiet.locator('[data-dashboard="lake-orders"]')).to_be_disabled()
    expect(quiet.get_by_role("heading", level=1)).not_to_have_text("Orders and revenue")
    quiet.locator('[data-dashboard="lake-operations"]').click()
    expect(quiet.get_by_role("heading", level=1)).to_have_text("Lake operations")


@pytest.mark.parametrize("user", ["nobody", "constructor", "%3Cimg%20src%3Dx%3E"])
def test_an_address_that_names_nothing_shows_the_first_person_and_what_they_may_read(
    quiet: Page, dashboards: Path, user: str
) -> None:
    open_page(quiet, dashboards, user=user, dashboard="../x", sheet="")
    expect(quiet.get_by_role("heading", level=1)).to_have_text("Orders and revenue")
    expect(quiet.locator(".who b")).to_have_text("ada")
    assert quiet.evaluate("location.hash") == "#user=ada&dashboard=lake-orders&sheet=revenue"


def test_an_address_that_is_changed_by_hand_is_followed(quiet: Page, dashboards: Path) -> None:
    open_page(quiet, dashboards, user="olga", dashboard="lake-operations", sheet="runs")
    quiet.evaluate("location.hash = '#user=max&dashboard=lake-traffic&sheet=visits'")
    expect(quiet.get_by_role("heading", level=1)).to_have_text("Live traffic")
    expect(quiet.locator(".who b")).to_have_text("max")


def test_a_chosen_segment_filters_all_visuals_and_goes_again(quiet: Page, dashboards: Path) -> None:
    open_page(quiet, dashboards, user="ada", dashboard="lake-orders", sheet="revenue")
    before = values(quiet, "revenue-by-week")[0]
    quiet.locator("details.several summary").click()
    quiet.get_by_role("checkbox", name="loyal").check()
    wanted = sql(
        "SELECT sum(amount) FROM \"lake-orders\" WHERE segment = 'loyal' OR segment IS NULL "
        "GROUP BY segment ORDER BY 1 DESC"
    )
    assert values(quiet, "revenue-by-segment")[0] == pytest.approx([value for (value,) in wanted])
    assert values(quiet, "revenue-by-week")[0] != before
    quiet.get_by_role("button", name="Choose all").click()
    assert values(quiet, "revenue-by-week")[0] == before


def test_dates_and_sliders_are_parameters(quiet: Page, dashboards: Path) -> None:
    open_page(quiet, dashboards, user="ada", dashboard="lake-orders", sheet="revenue")
    quiet.get_by_label("Ordered from").fill("1998-01-01")
    quiet.get_by_label("Ordered from").dispatch_event("change")
    wanted = sql(
        "SELECT sum(amount) FROM \"lake-orders\" WHERE order_date BETWEEN '1998-01-01' AND '1998-06-30' "
        "GROUP BY segment ORDER BY 1 DESC"
    )
    assert values(quiet, "revenue-by-segment")[0] == pytest.approx([value for (value,) in wanted])
    quiet.get_by_role("tab", name="Retention").click()
    settle(quiet)
    quiet.get_by_label("Smallest cohort").fill("8000")
    assert [row[0] for row in values(quiet, "revenue-by-cohort")[1:]] == ["1997-02", "Total"]


def test_a_parameter_chooses_by_what_costs_are_split(quiet: Page, dashboards: Path) -> None:
    open_page(quiet, dashboards, user="olga", dashboard="lake-operations", sheet="cost")
    assert len(values(quiet, "cost-by-hour")) == 5
    quiet.get_by_label("Split costs by").select_option("kind")
    split = values(quiet, "cost-by-hour")
    assert len(split) == 2
    ((whole,),) = sql('SELECT sum(cost_usd) FROM "lake-usage"')
    assert sum(value or 0 for series in split for value in series) == pytest.approx(whole)


def test_a_relative_date_and_a_limit_of_categories_are_filters(quiet: Page, dashboards: Path) -> None:
    open_page(quiet, dashboards, user="olga", dashboard="lake-traffic", sheet="live")
    quiet.get_by_label("Look back: how many").fill("1")
    quiet.get_by_label("Look back: how many").dispatch_event("change")
    quiet.get_by_label("Look back: unit").select_option("HOUR")
    ((wanted,),) = sql("SELECT count(*) FROM \"lake-clicks\" WHERE event_time >= '2026-11-21 20:00:00'")
    expect(quiet.locator('[data-visual="events"]')).to_have_attribute("data-state", "drawn" if wanted else "empty")
    quiet.get_by_label("Look back: unit").select_option("DAY")
    quiet.get_by_label("Kinds of event shown").fill("3")
    assert len(values(quiet, "events-by-minute")) == 3


def test_a_click_on_a_bar_filters_the_rest_of_the_sheet_until_it_is_undone(quiet: Page, dashboards: Path) -> None:
    open_page(quiet, dashboards, user="ada", dashboard="lake-orders", sheet="revenue")
    before = values(quiet, "orders-by-weekday")[0]
    quiet.evaluate("Lake.sheet.chartOf('revenue-by-segment').trigger('click', {dataIndex: 0, seriesIndex: 0})")
    expect(quiet.locator(".chip")).to_contain_text("segment: lost")
    wanted = sql(
        "SELECT count(*) FROM \"lake-orders\" WHERE segment = 'lost' GROUP BY weekday_number ORDER BY weekday_number"
    )
    assert values(quiet, "orders-by-weekday")[0] == [count for (count,) in wanted]
    assert len(values(quiet, "revenue-by-segment")[0]) == 6
    quiet.locator(".chip").click()
    assert values(quiet, "orders-by-weekday")[0] == before


def test_an_insight_tells_what_sql_tells(quiet: Page, dashboards: Path) -> None:
    open_page(quiet, dashboards, user="ada", dashboard="lake-orders", sheet="customers")
    story = quiet.locator('[data-visual="customers-in-words"]')
    ((total,),) = sql('SELECT sum(revenue) FROM "lake-customers"')
    expect(story).to_contain_text(f"${total:,.0f}")
    best = sql('SELECT segment, sum(revenue) FROM "lake-customers" GROUP BY 1 ORDER BY 2 DESC LIMIT 3')
    texts = [f"{segment} with ${revenue:,.0f}" for segment, revenue in best]
    assert story.locator("li").all_inner_texts() == texts


def test_rows_conditions_and_searches_work_in_operations(quiet: Page, dashboards: Path) -> None:
    open_page(quiet, dashboards, user="olga", dashboard="lake-operations", sheet="quality")
    quiet.get_by_label("Reason contains").fill("carrier")
    quiet.get_by_label("Reason contains").press("Enter")
    ((wanted,),) = sql("SELECT sum(found) FROM \"lake-quarantine\" WHERE reason LIKE '%carrier%'")
    assert [tile[0] for tile in values(quiet, "reasons")[0]] == [wanted]


def test_the_page_says_how_fresh_the_rows_are(quiet: Page, dashboards: Path) -> None:
    open_page(quiet, dashboards, user="ada", dashboard="lake-orders")
    rows = sum(
        snapshot().data_sets[one].rows or 0 for one in ("lake-orders", "lake-customers", "lake-cohort-retention")
    )
    expect(quiet.locator(".fresh summary")).to_have_text(f"Refreshed 2 minutes ago, {rows:,} rows")


def test_nothing_is_asked_of_the_network(page: Page, dashboards: Path) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    open_page(page, dashboards, user="max", dashboard="lake-flights")
    assert {address.split(":")[0] for address in asked} <= {"file", "about"}


def test_nothing_overflows_the_width_of_a_screen(quiet: Page, dashboards: Path) -> None:
    open_page(quiet, dashboards, user="max", dashboard="lake-operations", sheet="runs")
    for width in (1600, 1280, 390):
        quiet.set_viewport_size({"width": width, "height": 900})
        # Charts take their new size a moment later.
        quiet.wait_for_function("(width) => document.documentElement.scrollWidth <= width", arg=width)
