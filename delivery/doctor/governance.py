"""Settings of the whole account that change what the lake's own permissions mean."""

from __future__ import annotations

from collections.abc import Iterator

from delivery.doctor.account import Account
from delivery.doctor.finding import Finding, Suite, good, problem, warning

suite = Suite()

# The principal by which Lake Formation says that IAM decides.
_IAM_DECIDES = "IAM_ALLOWED_PRINCIPALS"
_DEFAULTS = {
    "CreateDatabaseDefaultPermissions": "databases",
    "CreateTableDefaultPermissions": "tables",
}
_GRANT = '[{"Principal":{"DataLakePrincipalIdentifier":"IAM_ALLOWED_PRINCIPALS"},"Permissions":["ALL"]}]'


@suite.check("Lake Formation leaves new databases and tables to IAM")
def lake_formation_defaults(account: Account) -> Iterator[Finding]:
    settings = account.client("lakeformation").get_data_lake_settings()["DataLakeSettings"]
    closed = {
        key: what
        for key, what in _DEFAULTS.items()
        if not any(
            entry.get("Principal", {}).get("DataLakePrincipalIdentifier") == _IAM_DECIDES
            for entry in settings.get(key, [])
        )
    }
    if not closed:
        yield good("new databases and tables are open to whom IAM allows")
        return
    changes = ",".join(f'"{key}":{_GRANT}' for key in closed)
    admins = ",".join(f'{{"DataLakePrincipalIdentifier":"{arn}"}}' for arn in _administrators(settings))
    yield problem(
        f"new {' and '.join(closed.values())} are closed to whom only IAM allows",
        why="Crawlers, jobs and Athena would be denied by Lake Formation, though their roles allow everything needed.",
        fix=f"{account.aws} lakeformation put-data-lake-settings --data-lake-settings "
        f"'{{\"DataLakeAdmins\":[{admins}],{changes}}}'   (it replaces all settings: look at "
        f"`{account.aws} lakeformation get-data-lake-settings` first)",
    )


@suite.check("Somebody can administer Lake Formation")
def lake_formation_administrators(account: Account) -> Iterator[Finding]:
    settings = account.client("lakeformation").get_data_lake_settings()["DataLakeSettings"]
    administrators = _administrators(settings)
    if administrators:
        yield good(f"administrators: {', '.join(administrators)}")
    else:
        yield warning(
            "Lake Formation has no administrator",
            why="Nobody could grant or revoke when the lake is put under Lake Formation, or is denied by it.",
            fix=f"{account.aws} lakeformation put-data-lake-settings --data-lake-settings "
            '\'{"DataLakeAdmins":[{"DataLakePrincipalIdentifier":"<ARN of a role>"}]}\'   (add the present settings)',
        )


@suite.check("The private workforce is as configured: an account has one in a region")
def workforce(account: Account) -> Iterator[Finding]:
    labeling = account.config.labeling
    if not labeling.enabled or labeling.workers != "private":
        yield good("no private workforce is needed")
        return
    there = [item["WorkforceName"] for item in account.client("sagemaker").list_workforces()["Workforces"]]
    key = f"[labeling.private] in {account.file}"
    if labeling.private.create and there and not account.deployed & set(there):
        yield problem(
            f"the account has the workforce {there[0]} already",
            why="SageMaker refuses a second one: the stack Labeling would fail.",
            fix=f'Join it: create = false, name = "{there[0]}" and its pool under {key}; its pool is told by '
            f"{account.aws} sagemaker describe-workforce --workforce-name {there[0]}",
        )
    elif not labeling.private.create and labeling.private.name not in there:
        yield problem(
            f"there is no workforce {labeling.private.name} to join",
            why="The work team could not be made.",
            fix=f"Write create = true under {key}, or the name of one of: {', '.join(there) or 'none is there'}",
        )
    else:
        yield good(f"workforce {'of our own' if labeling.private.create else labeling.private.name}")


def _administrators(settings: dict[str, object]) -> list[str]:
    entries = settings.get("DataLakeAdmins", [])
    return [str(entry["DataLakePrincipalIdentifier"]) for entry in entries]  # type: ignore[attr-defined]
