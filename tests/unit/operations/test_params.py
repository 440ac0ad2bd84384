"""A manual run's conf against the dag's params."""

from typing import Any

import pytest

from mulgil.model import ParamSpec
from mulgil.operations import InvalidArgumentError, check_conf


def check(schema: dict[str, Any], value: object) -> None:
    check_conf("d", {"p": ParamSpec(schema=schema)}, {"p": value})


def test_a_param_without_default_is_required() -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        check_conf("d", {"p": ParamSpec()}, {})
    assert caught.value.text.code == "operations.param_missing"
    check_conf("d", {"p": ParamSpec(default=None)}, {})


def test_the_conf_of_a_dag_without_params_passes() -> None:
    check_conf("d", {}, {"anything": 1})


def test_a_misspelt_param_is_refused_with_the_nearest_name() -> None:
    params = {"number": ParamSpec(default=1), "store": ParamSpec(default="a")}
    with pytest.raises(InvalidArgumentError, match="no param 'numbr'; did you mean 'number'"):
        check_conf("d", params, {"numbr": 1})
    with pytest.raises(InvalidArgumentError, match="no param 'xyz'; it has number, store"):
        check_conf("d", params, {"xyz": 1})


@pytest.mark.parametrize(
    ("wanted", "good", "bad"),
    [
        ("string", "x", 1),
        ("integer", 3, 3.5),
        ("integer", 3.0, True),
        ("number", 3.5, "3.5"),
        ("boolean", True, 1),
        ("null", None, 0),
        ("array", [1], {"a": 1}),
        ("object", {"a": 1}, [1]),
        (["string", "null"], None, 1),
    ],
)
def test_types(wanted: object, good: object, bad: object) -> None:
    check({"type": wanted}, good)
    with pytest.raises(InvalidArgumentError) as caught:
        check({"type": wanted}, bad)
    assert caught.value.text.code == "operations.param_type"


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"enum": ["a", "b"]}, "a", "c"),
        ({"const": 1}, 1, 2),
        ({"minimum": 1}, 1, 0),
        ({"maximum": 1}, 1, 2),
        ({"exclusiveMinimum": 1}, 2, 1),
        ({"exclusiveMaximum": 1}, 0, 1),
        ({"minLength": 2}, "ab", "a"),
        ({"maxLength": 2}, "ab", "abc"),
        ({"pattern": "^a"}, "ab", "ba"),
    ],
)
def test_limits(schema: dict[str, Any], good: object, bad: object) -> None:
    check(schema, good)
    with pytest.raises(InvalidArgumentError) as caught:
        check(schema, bad)
    assert caught.value.text.code == "operations.param_value"
    assert caught.value.text.fields["param"] == "p"


def test_limits_of_other_types_and_unknown_keywords_say_nothing() -> None:
    check({"minimum": 5, "maxLength": 1, "format": "date"}, None)


def test_a_whole_number_beyond_64_bits_is_refused_wherever_it_stands() -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        check_conf("flights", {}, {"deep": [{"n": 10**30}]})
    assert caught.value.text.code == "operations.conf_too_large"
