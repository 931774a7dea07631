"""Configuration files that cannot be used say so, with file and key."""

from pathlib import Path

import pytest

from config.loader import ENVIRONMENTS, ConfigError, load

DEV = (ENVIRONMENTS / "dev.toml").read_text(encoding="utf-8")


def load_text(tmp_path: Path, text: str) -> None:
    folder = tmp_path / "config" / "environments"
    folder.mkdir(parents=True)
    (folder / "dev.toml").write_text(text, encoding="utf-8")
    load("dev", folder)


def replaced(old: str, new: str) -> str:
    assert old in DEV
    return DEV.replace(old, new, 1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            replaced("retain_data = false", "retain_dta = false"),
            r"config/environments/dev.toml: environment.retain_data: Field required",
        ),
        (
            replaced("retain_data = false", "retain_data = false\nretain_logs = true"),
            r"dev.toml: environment.retain_logs: Extra inputs are not permitted; got True",
        ),
        (replaced("retain_data = false", 'retain_data = "no"'), r"environment.retain_data: .*boolean; got 'no'"),
        (replaced("key_rotation_days = 365", "key_rotation_days = 30"), r"storage.key_rotation_days: .*; got 30"),
        (replaced('account = "111111111111"', 'account = "1111"'), r"environment.account: .*; got '1111'"),
        (
            replaced('worker_type = "G.1X"', 'worker_type = "G.4X"'),
            r"worker_type must be G.1X or G.2X where flex = true; got G.4X",
        ),
        (
            replaced("emails = []", f"emails = {[f'a{number}@example.com' for number in range(11)]}"),
            r"alerts.emails: .*at most 10 items",
        ),
        (replaced('"us-east-1a"', '"eu-west-1a"'), r"availability_zones must be in us-east-1; got \['eu-west-1a'\]"),
        (
            replaced("after_days = 90", "after_days = 45"),
            r"storage.raw: .*must stay in STANDARD_IA for at least 30 days",
        ),
        (replaced("after_days = 30", "after_days = 3"), r"STANDARD_IA from day 30 on; got day 3"),
        (replaced("expire_days = 400", "expire_days = 130"), r"storage.access_logs: .*DEEP_ARCHIVE for at least 180"),
        (
            replaced('storage_class = "GLACIER_IR"', 'storage_class = "GLACIER"'),
            r"storage: .*raw.transitions must be among .* got \['GLACIER'\]",
        ),
        (replaced("scan_limit_gib = 50.0", "scan_limit_gib = 0.001"), r"query.workgroups.0.scan_limit_gib: "),
        (replaced('team = "engineers"\nscan', 'team = "analysts"\nscan'), r"workgroups must be of different teams"),
        (
            replaced('readable_zones = ["raw", "curated", "analytics"]', 'readable_zones = ["raw"]'),
            r"writable_zones must be among readable_zones \('raw',\); got also \['analytics'\]",
        ),
        (
            replaced('job = "compact"', 'job = "curate"'),
            r"processing: .*schedules must differ in product or job; got .*\('orders', 'curate'\)",
        ),
        (replaced('job = "compact"', 'job = "vacuum"'), r"processing.schedules.*job: .*'curate' or 'compact'"),
        (replaced('name = "dev"', 'name = "prod"'), r"environment.name: must be the name of the file; got 'prod'"),
        (replaced("[network]", "[network"), r"config/environments/dev.toml: not valid TOML"),
    ],
)
def test_fails_with_the_file_and_the_key(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load_text(tmp_path, text)


def test_fails_with_every_problem_at_once(tmp_path: Path) -> None:
    text = replaced("key_rotation_days = 365", "key_rotation_days = 30").replace("abort_upload_days", "abort_days")
    with pytest.raises(ConfigError) as error:
        load_text(tmp_path, text)
    assert len(str(error.value).splitlines()) == 3


def test_fails_for_an_unknown_environment_with_the_known_ones() -> None:
    with pytest.raises(ConfigError, match=r"must be one of \['dev', 'laptop', 'prod', 'staging'\]; got 'production'"):
        load("production")


def test_a_configuration_cannot_be_changed() -> None:
    config = load("dev")
    with pytest.raises(ValueError, match="frozen"):
        config.network.nat_gateways = 1
