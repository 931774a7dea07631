"""A person labels in the browser what a labeling job of the emulator asks."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from laptop import launcher
from tests.browser_support import chromium_browser
from tests.integration.conftest import Laptop
from tests.integration.labeling_support import Studio, open_studio

PAGE = """<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>
<crowd-form><crowd-image-classifier name="label" src="{{ task.input.uri | grant_read_access }}" header="Which animal?"
categories="{{ task.input.labels | to_json | escape }}"><short-instructions>Choose.</short-instructions>
</crowd-image-classifier></crowd-form>"""

PRE = """
def handle(event, context):
    return {"taskInput": {"uri": event["dataObject"]["source-ref"], "labels": ["cat", "dog", "bird"]},
            "isHumanAnnotationRequired": True}
"""

POST = """
import json
import boto3

def handle(event, context):
    bucket, _, key = event["payload"]["s3Uri"].removeprefix("s3://").partition("/")
    batch = json.loads(boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())
    return [{"datasetObjectId": item["datasetObjectId"], "consolidatedAnnotation": {"content": {
        event["labelAttributeName"]: [json.loads(each["annotationData"]["content"]) for each in item["annotations"]]}}}
        for item in batch]
"""


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with chromium_browser() as browser:
        yield browser.new_page()


@pytest.fixture
def studio(laptop: Laptop) -> Iterator[Studio]:
    yield from open_studio(laptop)


def test_what_a_person_chose_in_the_browser_is_in_the_output_of_the_job(
    laptop: Laptop, studio: Studio, page: Page
) -> None:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "orange").save(file, "PNG")
    for name in ("one", "two"):
        studio.s3.put_object(Bucket=studio.bucket, Key=f"{name}.png", Body=file.getvalue())
    studio.s3.put_object(Bucket=studio.bucket, Key="page.html", Body=PAGE.encode())
    pre, post = studio.function(PRE), studio.function(POST)
    studio.start(
        "portal",
        [{"source-ref": f"s3://{studio.bucket}/{name}.png"} for name in ("one", "two")],
        NumberOfHumanWorkersPerDataObject=1,
        PreHumanTaskLambdaArn=pre,
        AnnotationConsolidationConfig={"AnnotationConsolidationLambdaArn": post},
    )
    studio.wait("portal", "InProgress")

    page.goto(launcher.portal(laptop.home))
    page.get_by_label("Name").fill("Ada")
    page.get_by_role("button", name="Sign in").click()
    card = page.locator("section[data-job=portal]")
    expect(card).to_contain_text("2 for you")
    card.get_by_role("button", name="Start").click()
    task = page.frame_locator("#task")
    for key, progress in (("2", "1 by you now"), ("3", "2 by you now")):
        image = task.get_by_alt_text("The picture to label")
        expect(image).to_have_js_property("naturalWidth", 40)
        page.keyboard.press(key)
        page.keyboard.press("Enter")
        expect(page.locator("#progress")).to_contain_text(progress)

    assert studio.wait("portal")["LabelingJobStatus"] == "Completed"
    found = [line["animal"] for line in studio.output("portal")]
    assert found == [[{"label": {"label": "dog"}}], [{"label": {"label": "bird"}}]]
    expect(page.locator("#why")).to_have_text("This job is over. Thank you.")


def test_the_portal_says_where_it_is(laptop: Laptop) -> None:
    assert launcher.portal(laptop.home).startswith("http://127.0.0.1:")
