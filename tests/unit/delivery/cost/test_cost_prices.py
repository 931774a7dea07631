"""Some prices are written in the configuration too, because the lake reckons with them; each is one price."""

import pytest

from config.loader import load
from delivery.cost import prices
from tests.synthesis import ENVIRONMENTS


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_lake_reckons_with_the_prices_of_the_estimate(environment: str) -> None:
    config, price = load(environment), prices.load()
    reckoned = {
        ("athena", "tb"): config.bi.usage.athena_usd_per_tib,
        ("glue", "STANDARD"): config.bi.usage.glue_usd_per_dpu_hour,
        ("glue", "FLEX"): config.bi.usage.glue_flex_usd_per_dpu_hour,
        ("sagemaker", "object"): config.labeling.prices.object_usd,
    }

    assert reckoned == {item: price(*item) for item in reckoned}
