from laptop.preview.formulas import read


def test_every_expression_of_a_definition_is_read_wherever_it_stands() -> None:
    definition = {
        "CalculatedFields": [{"Name": "f", "Expression": "sum({x}) / 2"}],
        "FilterGroups": [
            {"Filters": [{"TimeRangeFilter": {"RangeMinimumValue": {"RollingDate": {"Expression": "now()"}}}}]}
        ],
    }
    assert read(definition) == {
        "sum({x}) / 2": ["binary", "/", ["call", "sum", [["column", "x"]]], ["value", 2]],
        "now()": ["call", "now", []],
    }


def test_an_expression_that_is_none_does_not_keep_the_others_from_being_read() -> None:
    trees = read({"CalculatedFields": [{"Expression": "sum("}, {"Expression": "{x}"}]})
    assert trees["{x}"] == ["column", "x"]
    assert set(trees["sum("]) == {"error"}
