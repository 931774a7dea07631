"""Whether somebody hears of trouble and of costs."""

from __future__ import annotations

from collections.abc import Iterator

from delivery.doctor.account import Account
from delivery.doctor.finding import Finding, Suite, good, warning

suite = Suite()


@suite.check("Somebody hears of the budget and of alarms")
def recipients(account: Account) -> Iterator[Finding]:
    alerts = account.config.alerts
    if alerts.emails:
        yield good(f"{', '.join(alerts.emails)} hear at {alerts.actual_threshold_percent} % of the monthly budget")
    else:
        yield warning(
            "no e-mail address is configured",
            why=f"Nobody hears of more than {alerts.monthly_budget_usd} USD a month, nor of failures.",
            fix=f'Write emails = ["you@example.com"] under [alerts] in {account.file}',
        )


@suite.check("Addresses have confirmed that they want alerts")
def confirmations(account: Account) -> Iterator[Finding]:
    wanted = set(account.config.alerts.emails)
    if not wanted:
        yield good("none is configured")
        return
    pages = account.client("sns").get_paginator("list_subscriptions").paginate()
    waiting = sorted(
        {
            entry["Endpoint"]
            for page in pages
            for entry in page["Subscriptions"]
            if entry["SubscriptionArn"] == "PendingConfirmation" and entry["Endpoint"] in wanted
        }
    )
    if waiting:
        yield warning(
            f"{', '.join(waiting)} have not confirmed",
            why="SNS sends nothing to an address that did not confirm.",
            fix="Follow the link in the mail of AWS Notifications; deploy again for another mail",
        )
    else:
        yield good("no confirmation is awaited")
