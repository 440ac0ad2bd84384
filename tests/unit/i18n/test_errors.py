"""Errors that carry a code and fields instead of a sentence."""

import pickle

import msgspec
import pytest

from mulgil.i18n import Language, MulgilError, Text, UnknownCodeError, render, set_language
from mulgil.i18n.render import template
from mulgil.model import ModelError

TEXT = Text("model.interval_inverted", {"start": "b", "end": "a"})


def test_an_error_renders_its_text_when_it_is_read() -> None:
    error = ModelError("model.interval_inverted", start="b", end="a")

    assert error.text == TEXT
    assert "start b, end a" in str(error)
    set_language(Language.KOREAN)
    try:
        assert "시작 b, 끝 a" in str(error)
    finally:
        set_language(Language.ENGLISH)


def test_an_error_is_built_from_a_text_that_was_stored() -> None:
    stored = msgspec.json.decode(msgspec.json.encode(TEXT), type=Text)

    error = ModelError.of(stored)

    assert type(error) is ModelError
    assert error.text == TEXT


def test_an_error_crosses_a_process_border_whole() -> None:
    error = pickle.loads(pickle.dumps(ModelError("model.interval_inverted", start="b", end="a")))

    assert type(error) is ModelError
    assert error.text == TEXT
    assert isinstance(error, MulgilError)


def test_a_code_from_a_newer_version_stays_readable() -> None:
    assert render(Text("moon.full", {"phase": 1, "at": "x"})) == "moon.full(at='x', phase=1)"
    assert render(Text("model.from_the_future")) == "model.from_the_future()"


def test_a_field_may_be_called_as_in_the_error_s_own_signature() -> None:
    assert MulgilError("a.b", code="c", text="d").text.fields == {"code": "c", "text": "d"}


@pytest.mark.parametrize("code", ["moon.full", "model.from_the_future"])
def test_a_missing_template_is_an_error(code: str) -> None:
    with pytest.raises(UnknownCodeError):
        template(code, Language.ENGLISH)


def test_a_text_without_fields_is_stored_short() -> None:
    assert msgspec.json.encode(Text("a.b")) == b'{"code":"a.b"}'
    assert Text("wait.pool_full").area == "wait"
