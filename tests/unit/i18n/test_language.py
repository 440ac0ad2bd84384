"""Which language a process speaks."""

from collections.abc import Iterator

import pytest

from mulgil.i18n import Language, Text, get_language, language_from, render, set_language

INVERTED = Text("model.interval_inverted", {"start": "b", "end": "a"})


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    before = get_language()
    yield
    set_language(before)


@pytest.mark.parametrize(
    ("candidates", "language"),
    [
        (("ko",), Language.KOREAN),
        (("ko_KR.UTF-8",), Language.KOREAN),
        (("KO-kr",), Language.KOREAN),
        (("ko.UTF-8",), Language.KOREAN),
        (("en_GB",), Language.ENGLISH),
        ((None, "", "ko"), Language.KOREAN),
        (("fr_FR", "ko_KR"), Language.KOREAN),
        (("en", "ko"), Language.ENGLISH),
        (("C.UTF-8", "POSIX"), Language.ENGLISH),
        (("korean",), Language.ENGLISH),
        ((), Language.ENGLISH),
    ],
)
def test_the_first_candidate_that_names_a_language_wins(candidates: tuple[str | None, ...], language: Language) -> None:
    assert language_from(*candidates) is language


def test_the_process_s_language_renders_unless_another_is_asked_for() -> None:
    set_language(Language.KOREAN)

    assert render(INVERTED).startswith("데이터 구간")
    assert render(INVERTED, language=Language.ENGLISH).startswith("A data interval")

    set_language(Language.ENGLISH)
    assert render(INVERTED).startswith("A data interval")
