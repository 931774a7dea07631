"""The portal around the tasks: jobs, one task after the other, time limits, and what must not get through."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Dialog, FrameLocator, Page, expect

from laptop.portal.server import Portal
from tests.browser.desk_support import PaperDesk, picture

HOSTILE = "<img src=x onerror=\"parent.postMessage({type:'submit',content:'stolen'},'*')\"><script>alert(1)</script>"


@pytest.fixture
def alerts(page: Page) -> list[str]:
    """What scripts of the page said in dialogs."""
    said: list[str] = []

    def note(dialog: Dialog) -> None:
        said.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", note)
    return said


def sign_in(page: Page, portal: Portal, name: str = "Ada") -> None:
    page.goto(portal.origin)
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Sign in").click()


def start(page: Page, portal: Portal) -> FrameLocator:
    sign_in(page, portal)
    page.get_by_role("button", name="Start").click()
    return page.frame_locator("#task")


def test_jobs_show_their_title_and_how_much_is_left(page: Page, portal: Portal, desk: PaperDesk) -> None:
    desk.put("sports", picture(), picture())
    sign_in(page, portal)
    card = page.locator("section.job")
    expect(card).to_contain_text("Which sport is being played?")
    expect(card).to_contain_text("2 for you, 0 of 2 labeled")


def test_a_job_without_tasks_cannot_be_started_until_there_are_some(
    page: Page, portal: Portal, desk: PaperDesk
) -> None:
    page.clock.install()
    sign_in(page, portal)
    expect(page.get_by_role("button", name="Start")).to_be_disabled()
    desk.put("sports", picture())
    page.clock.fast_forward("00:03")
    expect(page.get_by_role("button", name="Start")).to_be_enabled()


def test_members_of_the_team_are_suggested_and_a_name_is_remembered(page: Page, portal: Portal) -> None:
    page.goto(portal.origin)
    expect(page.locator("#members option")).to_have_count(2)
    page.get_by_label("Name").fill("Grace")
    page.get_by_role("button", name="Sign in").click()
    page.reload()
    expect(page.locator("#who")).to_contain_text("Grace")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Name")).to_be_visible()


def test_a_skipped_task_is_not_shown_again(page: Page, portal: Portal, desk: PaperDesk) -> None:
    desk.put("sports", picture(), picture())
    task = start(page, portal)
    expect(task.get_by_role("button", name="Submit")).to_be_visible()
    page.keyboard.press("s")
    expect(page.locator("#progress")).to_have_text("0 by you now, 1 more for you")
    page.get_by_role("button", name="Skip").click()
    expect(page.locator("#why")).to_have_text("There is nothing for you to do just now.")
    assert desk.given_back == [("0", "decline"), ("1", "decline")]


def test_a_task_that_is_stopped_goes_back_to_the_team(page: Page, portal: Portal, desk: PaperDesk) -> None:
    desk.put("sports", picture())
    task = start(page, portal)
    expect(task.get_by_role("button", name="Submit")).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("section.job")).to_contain_text("1 for you")
    assert desk.given_back == [("0", "release")]


def test_a_task_is_still_there_after_the_page_was_loaded_anew(page: Page, portal: Portal, desk: PaperDesk) -> None:
    desk.put("sports", picture(), picture())
    task = start(page, portal)
    expect(task.get_by_role("button", name="Submit")).to_be_visible()
    page.reload()
    page.get_by_role("button", name="Start").click()
    expect(task.get_by_role("button", name="Submit")).to_be_visible()
    assert desk.held["Ada"].id == "0"


def test_a_task_whose_time_is_up_is_taken_away_and_the_next_one_offered(
    page: Page, portal: Portal, desk: PaperDesk
) -> None:
    desk.put("sports", picture())
    page.clock.install()
    start(page, portal)
    expect(page.locator("#clock")).to_have_text(re.compile(r"5:00|4:5\d"))
    page.clock.fast_forward("05:00")
    expect(page.locator("#why")).to_have_text("The time for this task is up. It goes back to the team.")
    desk.held.clear()
    desk.seconds += 300
    page.get_by_role("button", name="Next task").click()
    expect(page.locator("#clock")).to_have_text(re.compile(r"[45]:\d\d"))
    assert desk.answers == []


def test_an_answer_that_comes_too_late_is_refused_and_the_person_told(
    page: Page, portal: Portal, desk: PaperDesk
) -> None:
    desk.put("sports", picture())
    task = start(page, portal)
    task.get_by_role("radio", name="soccer").click()
    desk.held["Ada"] = replace(desk.held["Ada"], until=0)
    task.get_by_role("button", name="Submit").click()
    expect(page.locator("#why")).to_contain_text("Your answer was not kept.")
    assert desk.answers == []


def test_the_end_of_the_work_is_told(page: Page, portal: Portal, desk: PaperDesk) -> None:
    desk.put("sports", picture())
    task = start(page, portal)
    task.get_by_role("radio", name="soccer").click()
    page.keyboard.press("Enter")
    expect(page.locator("#why")).to_have_text("There is nothing for you to do just now.")
    assert len(desk.answers) == 1


def test_an_emulator_that_has_ended_is_told(page: Page, portal: Portal, desk: PaperDesk) -> None:
    desk.put("sports", picture())
    task = start(page, portal)
    task.get_by_role("radio", name="soccer").click()
    page.route("**/api/*", lambda route: route.abort())
    task.get_by_role("button", name="Submit").click()
    expect(page.locator("#alert")).to_contain_text("make up")


@pytest.mark.parametrize("kind", ["mail", "entities"])
def test_what_a_text_brings_along_is_shown_and_not_run(
    page: Page, portal: Portal, desk: PaperDesk, alerts: list[str], kind: str
) -> None:
    desk.put(kind, HOSTILE)
    task = start(page, portal)
    expect(task.locator("main")).to_contain_text("onerror=")
    assert task.locator("main img, main script").count() == 0
    assert (alerts, desk.answers) == ([], [])


def test_names_of_classes_and_workers_are_text(page: Page, portal: Portal, desk: PaperDesk, alerts: list[str]) -> None:
    desk.put("sports", picture(), labels=[HOSTILE, "soccer"])
    sign_in(page, portal, HOSTILE[:60])
    expect(page.locator("#who")).to_contain_text("<img src=x")
    page.get_by_role("button", name="Start").click()
    expect(page.frame_locator("#task").get_by_role("radio").first).to_contain_text("onerror=")
    assert alerts == []


def test_a_script_in_a_task_reaches_neither_the_portal_nor_the_network(
    page: Page, portal: Portal, desk: PaperDesk
) -> None:
    desk.template = """<crowd-form><p id="found"></p></crowd-form><script>
      const tries = {
        parent: () => parent.document.body,
        storage: () => localStorage.getItem("labeling-portal-name"),
        cookie: () => document.cookie,
      };
      const works = (name) => { try { tries[name](); return true; } catch { return false; } };
      const found = Object.keys(tries).filter(works);
      const report = (more) => { document.getElementById("found").textContent = ["ran", ...found, ...more].join(" "); };
      fetch("/api/members").then(() => report(["network"]), () => report([]));
    </script>"""
    desk.inputs = [{}]
    task = start(page, portal)
    expect(task.locator("#found")).to_have_text("ran")


def test_an_element_that_the_laptop_does_not_have_is_told(page: Page, portal: Portal, desk: PaperDesk) -> None:
    desk.template = "<crowd-form><crowd-polygon name='a'></crowd-polygon></crowd-form>"
    desk.inputs = [{}]
    task = start(page, portal)
    expect(task.get_by_role("alert")).to_have_text("The laptop does not have crowd-polygon. This task can be skipped.")


def test_a_template_that_cannot_be_rendered_is_told(page: Page, portal: Portal, desk: PaperDesk) -> None:
    desk.template = "<crowd-form>{{ task.input.missing.member }}</crowd-form>"
    desk.inputs = [{}]
    task = start(page, portal)
    expect(task.get_by_role("alert")).to_contain_text("missing")


def test_a_picture_that_is_not_there_is_told(page: Page, portal: Portal, desk: PaperDesk) -> None:
    desk.put("sports", "data:image/png;base64,AAAA")
    task = start(page, portal)
    expect(task.get_by_text("The picture cannot be shown. Skip this task.")).to_be_visible()


def test_plain_inputs_of_a_template_are_answers(page: Page, portal: Portal, desk: PaperDesk) -> None:
    desk.template = """<crowd-form><input name="note" aria-label="Note"><textarea name="more"></textarea>
      <crowd-button form-action="submit">Send</crowd-button></crowd-form>"""
    desk.inputs = [{}]
    task = start(page, portal)
    task.get_by_label("Note").fill("s 1 \u00fc")
    task.get_by_role("button", name="Send").click()
    expect(page.locator("#why")).to_be_visible()
    sent: Any = desk.answers[0][2]
    assert sent == {"note": "s 1 \u00fc", "more": ""}
