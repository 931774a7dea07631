"""The project's templates in a real browser: what a person does, and what is sent."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from laptop.portal.server import Portal
from tests.browser.desk_support import PaperDesk, picture
from tests.browser_support import photograph


@pytest.fixture
def work(page: Page, portal: Portal) -> Page:
    """The portal, before anybody has signed in."""
    page.goto(portal.origin)
    return page


def start(work: Page) -> FrameLocator:
    """Sign in and begin the job; return the page of its first task."""
    work.get_by_label("Name").fill("Ada")
    work.get_by_role("button", name="Sign in").click()
    work.get_by_role("button", name="Start").click()
    task = work.frame_locator("#task")
    expect(task.get_by_role("button", name="Submit")).to_be_visible()
    # Keys that come before go by way of the portal, and may be late for what the test does next.
    expect(work.locator("#task")).to_be_focused()
    return task


def start_drawing(work: Page) -> FrameLocator:
    """Sign in and begin the job; return the page of its first task once it takes boxes."""
    task = start(work)
    expect(task.locator(".layer")).to_have_attribute("style", re.compile("width"))
    return task


def submitted(work: Page, desk: PaperDesk, count: int = 1) -> Any:
    """Wait for answers and return the last one."""
    end = time.monotonic() + 20
    while len(desk.answers) < count:
        assert time.monotonic() < end, "no answer has come"
        work.wait_for_timeout(50)
    return desk.answers[-1][2]


def test_a_picture_is_classified_with_the_mouse(work: Page, desk: PaperDesk) -> None:
    desk.put("sports", picture(640, 400))
    task = start(work)
    task.get_by_role("radio", name="swimming").click()
    photograph(work, "portal-sports")
    task.get_by_role("button", name="Submit").click()
    assert submitted(work, desk) == {"label": {"label": "swimming"}}
    assert desk.answers[0][:2] == ("Ada", "0")


def test_pictures_are_classified_with_the_keyboard_alone(work: Page, desk: PaperDesk) -> None:
    desk.put("sports", picture(), picture())
    task = start(work)
    work.keyboard.press("3")
    expect(task.get_by_role("radio", name="baseball")).to_have_attribute("aria-checked", "true")
    work.keyboard.press("Enter")
    assert submitted(work, desk) == {"label": {"label": "baseball"}}
    expect(work.locator("#progress")).to_have_text("1 by you now, 1 more for you")
    expect(task.get_by_role("radio", name="baseball")).to_have_attribute("aria-checked", "false")
    work.keyboard.press("1")
    work.keyboard.press("Enter")
    assert submitted(work, desk, 2) == {"label": {"label": "soccer"}}


def test_keys_reach_the_task_although_the_portal_has_the_focus(work: Page, desk: PaperDesk) -> None:
    desk.put("sports", picture())
    task = start(work)
    task.get_by_role("radio", name="soccer").click()
    work.locator("header").click()
    work.keyboard.press("4")
    expect(task.get_by_role("radio", name="cricket")).to_have_attribute("aria-checked", "true")
    work.locator("header").click()
    work.keyboard.press("Enter")
    assert submitted(work, desk) == {"label": {"label": "cricket"}}


def test_a_digit_is_chosen_by_its_own_key(work: Page, desk: PaperDesk) -> None:
    desk.put("digits", picture(8, 8))
    task = start(work)
    expect(task.get_by_role("radio", name="0")).to_be_visible()
    work.keyboard.press("0")
    work.keyboard.press("Enter")
    assert list(submitted(work, desk).values()) == [{"label": "0"}]


def test_small_pictures_are_enlarged(work: Page, desk: PaperDesk) -> None:
    desk.put("digits", picture(8, 8))
    image = start(work).get_by_alt_text("The picture to label")
    expect(image).to_have_css("image-rendering", "pixelated")
    box = image.bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (360, 360)


def test_nothing_is_sent_before_a_class_is_chosen(work: Page, desk: PaperDesk) -> None:
    desk.put("sports", picture())
    task = start(work)
    work.keyboard.press("Enter")
    expect(task.get_by_role("alert")).to_have_text("Choose a class first.")
    assert desk.answers == []


def test_a_mail_is_shown_as_it_is_and_classified(work: Page, desk: PaperDesk) -> None:
    mail = "Dear friend,\n\n<b>win</b> & {{ 7 | times: 6 }} \u20ac 1,000,000 \u2014 \u00fcber Nacht"
    desk.put("mail", mail)
    task = start(work)
    assert task.locator("classification-target").evaluate("node => node.textContent") == mail
    work.keyboard.press("1")
    work.keyboard.press("Enter")
    assert submitted(work, desk) == {"label": {"label": "spam"}}


def select(task: FrameLocator, words: str) -> None:
    """Select words of the text by double click or by dragging over them, as a person does."""
    task.locator(".text").evaluate(
        """(view, words) => {
          const walker = document.createTreeWalker(view, NodeFilter.SHOW_TEXT);
          for (let node = walker.nextNode(); node; node = walker.nextNode()) {
            const start = node.data.indexOf(words);
            if (start < 0) continue;
            const range = document.createRange();
            range.setStart(node, start);
            range.setEnd(node, start + words.length);
            window.getSelection().removeAllRanges();
            window.getSelection().addRange(range);
            return;
          }
          throw new Error(`the text must have ${words}`);
        }""",
        words,
    )


TEXT = "Ada Lovelace met Charles Babbage in London."


def test_entities_are_marked_by_selecting_text_and_choosing_a_label(work: Page, desk: PaperDesk) -> None:
    desk.put("entities", TEXT)
    task = start(work)
    select(task, "Charles Babbage ")
    work.keyboard.press("1")
    select(task, "London")
    work.keyboard.press("2")
    expect(task.locator("mark")).to_have_count(2)
    photograph(work, "portal-entities")
    work.keyboard.press("Enter")
    entities = submitted(work, desk)["entities"]["entities"]
    assert [(TEXT[each["startOffset"] : each["endOffset"]], each["label"]) for each in entities] == [
        ("Charles Babbage", "person"),
        ("London", "place"),
    ]


def test_a_word_is_marked_with_the_mouse_once_a_label_is_chosen(work: Page, desk: PaperDesk) -> None:
    desk.put("entities", TEXT)
    task = start(work)
    task.get_by_role("radio", name="place").click()
    box = task.locator(".text").bounding_box()
    assert box is not None
    work.mouse.dblclick(box["x"] + 12, box["y"] + 16)
    expect(task.locator("mark")).to_have_text("Ada")
    expect(task.locator("mark")).to_have_attribute("data-label", "place")


def test_a_click_on_a_mark_removes_it_and_offsets_stay_right(work: Page, desk: PaperDesk) -> None:
    desk.put("entities", TEXT)
    task = start(work)
    select(task, "Ada")
    work.keyboard.press("1")
    select(task, "London")
    work.keyboard.press("2")
    task.locator("mark", has_text="Ada").click()
    expect(task.locator("mark")).to_have_count(1)
    work.keyboard.press("Enter")
    start_of_london = TEXT.index("London")
    assert submitted(work, desk)["entities"] == {
        "entities": [{"startOffset": start_of_london, "endOffset": start_of_london + 6, "label": "place"}]
    }


def test_a_mark_over_others_replaces_them(work: Page, desk: PaperDesk) -> None:
    desk.put("entities", TEXT)
    task = start(work)
    select(task, "London")
    work.keyboard.press("2")
    task.locator(".text").evaluate("view => { window.getSelection().selectAllChildren(view); }")
    work.keyboard.press("3")
    expect(task.locator("mark")).to_have_text(TEXT)


def test_a_text_without_names_is_an_answer(work: Page, desk: PaperDesk) -> None:
    desk.put("entities", "it rains")
    start(work)
    work.keyboard.press("Enter")
    assert submitted(work, desk) == {"entities": {"entities": []}}


def drag(work: Page, task: FrameLocator, start: tuple[int, int], end: tuple[int, int]) -> None:
    """Drag from one place of the picture to another, in pixels of the picture."""
    box = task.get_by_alt_text("The picture to label").bounding_box()
    assert box is not None
    scale = box["width"] / 320
    work.mouse.move(box["x"] + start[0] * scale, box["y"] + start[1] * scale)
    work.mouse.down()
    work.mouse.move(box["x"] + end[0] * scale, box["y"] + end[1] * scale, steps=4)
    work.mouse.up()


def boxed(answer: Any) -> list[tuple[int, ...]]:
    return [tuple(box[side] for side in ("left", "top", "width", "height")) for box in answer["boxes"]["boundingBoxes"]]


def test_boxes_are_drawn_with_the_mouse_in_pixels_of_the_picture(work: Page, desk: PaperDesk) -> None:
    desk.put("boxes", picture())
    task = start_drawing(work)
    drag(work, task, (40, 50), (120, 90))
    # From the lower right to the upper left, and beyond the picture.
    drag(work, task, (300, 190), (200, 110))
    drag(work, task, (280, 60), (400, 20))
    photograph(work, "portal-boxes")
    work.keyboard.press("Enter")
    answer = submitted(work, desk)
    assert boxed(answer) == [(40, 50, 80, 40), (200, 110, 100, 80), (280, 20, 40, 40)]
    assert {box["label"] for box in answer["boxes"]["boundingBoxes"]} == {"digit"}
    assert answer["boxes"]["inputImageProperties"] == {"width": 320, "height": 200}


def test_a_box_is_moved_resized_and_deleted(work: Page, desk: PaperDesk) -> None:
    desk.put("boxes", picture())
    task = start_drawing(work)
    drag(work, task, (40, 50), (120, 90))
    drag(work, task, (80, 70), (100, 80))
    drag(work, task, (140, 100), (160, 120))
    drag(work, task, (200, 20), (240, 60))
    work.keyboard.press("Delete")
    work.keyboard.press("Enter")
    assert boxed(submitted(work, desk)) == [(60, 60, 100, 60)]


def test_a_click_is_not_a_box(work: Page, desk: PaperDesk) -> None:
    desk.put("boxes", picture())
    task = start_drawing(work)
    task.get_by_alt_text("The picture to label").click(position={"x": 30, "y": 30}, force=True)
    work.keyboard.press("Enter")
    assert boxed(submitted(work, desk)) == []


def test_full_instructions_open_and_keys_do_nothing_behind_them(work: Page, desk: PaperDesk) -> None:
    desk.put("sports", picture())
    task = start(work)
    task.get_by_role("button", name="More instructions").click()
    expect(task.get_by_role("heading", name="How to choose the sport")).to_be_visible()
    work.keyboard.press("2")
    task.get_by_role("button", name="Close").click()
    expect(task.get_by_role("radio", name="swimming")).to_have_attribute("aria-checked", "false")
