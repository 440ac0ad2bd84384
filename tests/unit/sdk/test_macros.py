"""`macros` leads nowhere but to what it offers."""

from mulgil.sdk.macros import Macros


def test_json_is_two_functions_and_no_module() -> None:
    macros = Macros()
    assert macros.json.loads(macros.json.dumps({"a": 1})) == {"a": 1}
    assert not hasattr(macros.json, "codecs")
