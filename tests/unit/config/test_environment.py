"""The environment: which home, which language, which folder for sockets."""

import os
from pathlib import Path

import pytest

from mulgil.config import FolderError, environment, make_private_folder
from mulgil.i18n import Language


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MULGIL_HOME", "MULGIL_LANG", "MULGIL__CORE__LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)


def test_an_option_wins_over_the_variable_over_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert environment.resolve_home().path == tmp_path / "mulgil"
    monkeypatch.setenv("MULGIL_HOME", str(tmp_path / "variable"))
    assert environment.resolve_home().path == tmp_path / "variable"
    assert environment.resolve_home("~/option").path == tmp_path / "option"


def test_one_home_has_one_runtime_folder_however_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    monkeypatch.chdir(tmp_path)
    names = ("home", tmp_path / "home", tmp_path / "link" / "home", f"{tmp_path}/x/../home")
    homes = {environment.resolve_home(name) for name in names}
    assert len(homes) == 1


def test_sockets_stand_in_the_users_runtime_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert environment.runtime_root() == tmp_path
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "missing"))
    assert environment.runtime_root() in (Path(f"/run/user/{os.getuid()}"), Path(f"/tmp/mulgil-{os.getuid()}"))


@pytest.mark.parametrize(
    ("variables", "configured", "expected"),
    [
        ({}, None, Language.ENGLISH),
        ({"LANG": "ko_KR.UTF-8"}, None, Language.KOREAN),
        ({"LANG": "ko_KR.UTF-8", "LC_ALL": "C"}, None, Language.KOREAN),
        ({"LANG": "ko_KR.UTF-8"}, Language.ENGLISH, Language.ENGLISH),
        ({"MULGIL__CORE__LANGUAGE": "ko"}, None, Language.KOREAN),
        ({"MULGIL_LANG": "en"}, Language.KOREAN, Language.ENGLISH),
    ],
)
def test_the_language_is_chosen(
    variables: dict[str, str], configured: Language | None, expected: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert environment.language(configured=configured) is expected


def test_colours_may_be_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert environment.allows_color()
    monkeypatch.setenv("NO_COLOR", "1")
    assert not environment.allows_color()


def test_a_private_folder_is_made_with_its_parents(tmp_path: Path) -> None:
    make_private_folder(tmp_path / "a" / "b")
    make_private_folder(tmp_path / "a" / "b")
    assert [path.stat().st_mode & 0o777 for path in (tmp_path / "a", tmp_path / "a" / "b")] == [0o700, 0o700]


def test_a_folder_that_cannot_be_made_says_why(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FolderError, match="can't be created"):
        make_private_folder(tmp_path / "file" / "folder")


def test_at_least_one_cpu_may_be_used() -> None:
    assert environment.cpu_count() >= 1
