"""What a pipeline may do with the data sets of dashboards."""

from aws_cdk import App, Environment, Stack

from components.pipeline_access import refresh


def stack() -> Stack:
    return Stack(App(), "Stack", env=Environment(account="111111111111", region="us-gov-west-1"))


def test_pipeline_may_refresh_its_own_data_sets_and_no_other() -> None:
    (statement,) = refresh(stack(), ["lake-orders", "lake-clicks"])

    prefix = "arn:aws-us-gov:quicksight:us-gov-west-1:111111111111:dataset"
    assert set(statement.resources) == {
        f"{prefix}/lake-orders",
        f"{prefix}/lake-orders/ingestion/*",
        f"{prefix}/lake-clicks",
        f"{prefix}/lake-clicks/ingestion/*",
    }
    assert set(statement.actions) == {"quicksight:CreateIngestion", "quicksight:DescribeIngestion"}


def test_pipeline_of_a_product_that_no_dashboard_shows_may_do_nothing_with_data_sets() -> None:
    assert refresh(stack(), []) == []
