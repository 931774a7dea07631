"""What QuickSight keeps: one store for each kind of asset, and how requests of all kinds are checked and answered."""

from __future__ import annotations

import re
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final

from laptop.emulator import paging, shapes
from laptop.emulator.clients import account, region
from laptop.emulator.registry import Call, Json, ServiceError, operation
from laptop.emulator.store import Store

SERVICE: Final = "quicksight"
# Whoever reads an asset and puts it back changed holds it: requests, and ingestions that end.
lock = threading.RLock()
_PAGE = 100
_ID = re.compile(r"[\w\-]+", re.ASCII)


@dataclass(frozen=True)
class Kind:
    """A kind of asset.

    Attributes
    ----------
    path
        Its part of an ARN, e.g. `dataset`.
    noun
        As in names of operations and members of the API, e.g. `DataSet`.
    """

    path: str
    noun: str
    store: Store

    def arn(self, asset_id: str) -> str:
        return f"arn:aws:quicksight:{region()}:{account()}:{self.path}/{asset_id}"

    def find(self, asset_id: str) -> Json:
        """Return an asset.

        Raises
        ------
        ServiceError
            There is none of this id.
        """
        found: Json | None = self.store.get(asset_id)
        if found is None:
            raise not_found(f"{self.noun} {asset_id} is not found")
        return found

    def find_by_arn(self, arn: str) -> Json:
        """Return the asset of an ARN, which must be of this kind, account and region.

        Raises
        ------
        ServiceError
            It is not, or there is no such asset.
        """
        asset_id = arn.rpartition("/")[2]
        if arn != self.arn(asset_id):
            raise invalid(f"the ARN of a {self.noun} must be like {self.arn('<id>')}; got {arn}")
        return self.find(asset_id)

    def put_new(self, asset_id: str, asset: Json) -> Json:
        """Keep a new asset; return it with its ARN and times.

        Raises
        ------
        ServiceError
            There is one of this id, or the id is none.
        """
        # The model says it of the other kinds' ids; one with a slash would lead out of the folder of the rows.
        if not _ID.fullmatch(asset_id):
            raise invalid(f"the id of a {self.noun} must have letters, digits, - and _; got {asset_id!r}")
        if self.store.get(asset_id) is not None:
            raise exists(f"{self.noun} {asset_id}")
        now = time.time()
        made = asset | {"Arn": self.arn(asset_id), "CreatedTime": now, "LastUpdatedTime": now}
        self.store.put(asset_id, made)
        return made

    def put(self, asset_id: str, asset: Json) -> Json:
        """Replace an asset."""
        changed = asset | {"LastUpdatedTime": time.time()}
        self.store.put(asset_id, changed)
        return changed

    def all(self) -> list[Json]:
        return [asset for _, asset in self.store.items()]


DATA_SOURCES = Kind("datasource", "DataSource", Store("quicksight-data-sources"))
DATA_SETS = Kind("dataset", "DataSet", Store("quicksight-data-sets"))
DASHBOARDS = Kind("dashboard", "Dashboard", Store("quicksight-dashboards"))
THEMES = Kind("theme", "Theme", Store("quicksight-themes"))
FOLDERS = Kind("folder", "Folder", Store("quicksight-folders"))
VPC_CONNECTIONS = Kind("vpcConnection", "VPCConnection", Store("quicksight-vpc-connections"))
KINDS = (DATA_SOURCES, DATA_SETS, DASHBOARDS, THEMES, FOLDERS, VPC_CONNECTIONS)

Handler = Callable[[Json], Json]


def serve(name: str) -> Callable[[Handler], Handler]:
    """Serve an operation: check its request against the API's model and its account, and complete the answer."""

    def register(handler: Handler) -> Handler:
        @operation(SERVICE, name)
        @wraps(handler)
        def handle(request: Json, call: Call) -> Json:
            shapes.check(SERVICE, name, request, "InvalidParameterValueException")
            # Operations on tags have none.
            if request.get("AwsAccountId", account()) != account():
                message = f"AwsAccountId must be the caller's account {account()}; got {request['AwsAccountId']}"
                raise ServiceError("AccessDeniedException", message, 401)
            with lock:
                return {"RequestId": str(uuid.uuid4())} | handler(request)

        return handler

    return register


def invalid(message: str) -> ServiceError:
    return ServiceError("InvalidParameterValueException", message)


def not_found(message: str) -> ServiceError:
    return ServiceError("ResourceNotFoundException", message, 404)


def exists(what: str) -> ServiceError:
    return ServiceError("ResourceExistsException", f"{what} already exists", 409)


def page(member: str, entries: Sequence[Any], request: Json) -> Json:
    """Return one page of a list."""
    found, more = paging.page(entries, request, _PAGE, "InvalidNextTokenException")
    return {member: found} | more


def types_of(data_set: Json) -> dict[str, str]:
    """Return the types of a data set's columns by their names."""
    return {column["Name"]: column["Type"] for column in data_set["OutputColumns"]}


def without(request: Json, *names: str) -> Json:
    """Return a request without these members and without the account."""
    return {name: value for name, value in request.items() if name not in {"AwsAccountId", *names}}
