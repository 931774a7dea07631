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


def _administrators(settings: dict[str, object]) -> list[str]:
    entries = settings.get("DataLakeAdmins", [])
    return [str(entry["DataLakePrincipalIdentifier"]) for entry in entries]  # type: ignore[attr-defined]
