"""Operations of SageMaker that labeling needs; any other one is refused.

| operations | module |
|---|---|
| workforces: Create, Describe, List, Update, Delete | `workforces` |
| work teams: Create, Describe, List, Update, Delete, ListSubscribed | `teams` |
| labeling jobs: Create, Describe, List, ListForWorkteam, Stop | `jobs` |
| AddTags, ListTags, DeleteTags | `tags` |
| RenderUiTemplate | `templates`; the crowd elements are the browser's work |

Every request is checked against SageMaker's model first (`shapes`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from laptop.emulator import clients, shapes
from laptop.emulator.glue_run import split_uri
from laptop.emulator.registry import Call, Json, NotImplementedOnLaptop, on_start, operation
from laptop.emulator.sagemaker import jobs, paging, records, runner, tags, teams, templates, workforces

_BROWSER_SECONDS = 3600

Handler = Callable[[Json], Json | None]


def _serve(name: str) -> Callable[[Handler], Handler]:
    def register(handler: Handler) -> Handler:
        @operation("sagemaker", name)
        def handle(request: Json, call: Call) -> Json:
            shapes.check("sagemaker", name, request)
            return handler(request) or {}

        return handler

    return register


@_serve("CreateWorkforce")
def create_workforce(request: Json) -> Json:
    created = workforces.create(request)
    tags.put(created["WorkforceArn"], request.get("Tags", []))
    return {"WorkforceArn": created["WorkforceArn"]}


@_serve("DescribeWorkforce")
def describe_workforce(request: Json) -> Json:
    return {"Workforce": workforces.find(request["WorkforceName"])}


@_serve("ListWorkforces")
def list_workforces(request: Json) -> Json:
    found = paging.filtered(_all(workforces.STORE), request, name="WorkforceName", created="CreateDate")
    return paging.page("Workforces", found, request, _sort_key(request, "WorkforceName"), ascending=True)


@_serve("UpdateWorkforce")
def update_workforce(request: Json) -> Json:
    return {"Workforce": workforces.update(request)}


@_serve("DeleteWorkforce")
def delete_workforce(request: Json) -> None:
    workforces.delete(request["WorkforceName"], _all(teams.STORE))


@_serve("CreateWorkteam")
def create_workteam(request: Json) -> Json:
    created = teams.create(request)
    tags.put(created["WorkteamArn"], request.get("Tags", []))
    return {"WorkteamArn": created["WorkteamArn"]}


@_serve("DescribeWorkteam")
def describe_workteam(request: Json) -> Json:
    return {"Workteam": teams.find(request["WorkteamName"])}


@_serve("ListWorkteams")
def list_workteams(request: Json) -> Json:
    found = paging.filtered(_all(teams.STORE), request, name="WorkteamName", created="CreateDate")
    return paging.page("Workteams", found, request, _sort_key(request, "WorkteamName"), ascending=True)


@_serve("ListSubscribedWorkteams")
def list_subscribed_workteams(request: Json) -> Json:
    return {"SubscribedWorkteams": []}


@_serve("UpdateWorkteam")
def update_workteam(request: Json) -> Json:
    return {"Workteam": teams.update(request)}


@_serve("DeleteWorkteam")
def delete_workteam(request: Json) -> Json:
    return {"Success": teams.delete(request["WorkteamName"])}


@_serve("CreateLabelingJob")
def create_labeling_job(request: Json) -> Json:
    return {"LabelingJobArn": jobs.create(request)["arn"]}


@_serve("DescribeLabelingJob")
def describe_labeling_job(request: Json) -> Json:
    found = jobs.describe(request["LabelingJobName"])
    return found | {"Tags": tags.of(found["LabelingJobArn"])}


@_serve("ListLabelingJobs")
def list_labeling_jobs(request: Json) -> Json:
    return jobs.listed(request)


@_serve("ListLabelingJobsForWorkteam")
def list_labeling_jobs_for_workteam(request: Json) -> Json:
    return jobs.listed_for(request)


@_serve("StopLabelingJob")
def stop_labeling_job(request: Json) -> None:
    jobs.stop(request["LabelingJobName"])


@_serve("AddTags")
def add_tags(request: Json) -> Json:
    return {"Tags": tags.add(request["ResourceArn"], request["Tags"])}


@_serve("ListTags")
def list_tags(request: Json) -> Json:
    return {"Tags": tags.of(request["ResourceArn"])}


@_serve("DeleteTags")
def delete_tags(request: Json) -> None:
    tags.remove(request["ResourceArn"], request["TagKeys"])


@_serve("RenderUiTemplate")
def render_ui_template(request: Json) -> Json:
    if "UiTemplate" not in request:
        raise NotImplementedOnLaptop("HumanTaskUiArn of RenderUiTemplate")
    jobs.require_role(request["RoleArn"])
    content, errors = templates.preview(request["UiTemplate"]["Content"], request["Task"]["Input"], readable)
    return {"RenderedContent": content, "Errors": errors}


def readable(uri: str) -> str:
    """Return an address of an object in S3 that a browser can fetch for an hour."""
    bucket, key = split_uri(uri)
    return str(
        clients.client("s3").generate_presigned_url(
            "get_object", Params={"Bucket": bucket, "Key": key}, ExpiresIn=_BROWSER_SECONDS
        )
    )


def _all(store: Any) -> list[Json]:
    return [record for _, record in store.items()]


def _sort_key(request: Json, name: str) -> str:
    return "CreateDate" if request.get("SortBy") == "CreateDate" else name


@on_start
def go_on() -> None:
    """Go on with the jobs that the end of the last run cut off."""
    if clients.scope() not in records.JOBS.scopes():
        return
    for job in records.all_jobs():
        if job["status"] not in records.ENDED:
            runner.start(job["name"])
