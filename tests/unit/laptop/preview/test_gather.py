from datetime import UTC, datetime, timedelta, timezone

from laptop.preview.gather import geographic_roles, may_read, plain, with_ids


def test_times_become_texts_again_and_all_else_stays() -> None:
    moment = datetime(1997, 1, 1, 1, tzinfo=timezone(timedelta(hours=1)))
    assert plain({"a": [{"b": moment, "c": 1}], "d": None}) == {
        "a": [{"b": "1997-01-01T00:00:00+00:00", "c": 1}],
        "d": None,
    }
    assert plain(datetime(2026, 1, 1, tzinfo=UTC)) == "2026-01-01T00:00:00+00:00"


def test_data_sets_are_named_by_their_ids() -> None:
    definition = {
        "Column": {"DataSetIdentifier": "Orders", "ColumnName": "Orders"},
        "List": [{"DataSetIdentifier": "other"}],
    }
    assert with_ids(definition, {"Orders": "lake-orders"}) == {
        "Column": {"DataSetIdentifier": "lake-orders", "ColumnName": "Orders"},
        "List": [{"DataSetIdentifier": "other"}],
    }


def test_a_person_may_read_by_their_user_by_a_group_or_with_everybody() -> None:
    me = {"arn:aws:quicksight:us-east-1:0:user/default/ada", "arn:aws:quicksight:us-east-1:0:group/default/managers"}
    assert may_read({"arn:aws:quicksight:us-east-1:0:group/default/managers"}, me)
    assert may_read({"arn:aws:quicksight:us-east-1:0:namespace/default"}, me)
    assert not may_read({"arn:aws:quicksight:us-east-1:0:group/default/operators"}, me)
    assert not may_read(set(), me)


def test_geographic_roles_are_found_in_the_semantic_model() -> None:
    columns = [
        {"ColumnNames": ["lat"], "ColumnProperties": [{"SemanticType": {"GeographicalRole": "LATITUDE"}}]},
        {"ColumnNames": ["name"], "ColumnProperties": [{"Description": {"Text": "x"}}]},
    ]
    described = {
        "SemanticModelConfiguration": {"TableMap": {"result": {"SemanticMetadata": {"ColumnMetadata": columns}}}}
    }
    assert geographic_roles(described) == {"lat": "LATITUDE"}
