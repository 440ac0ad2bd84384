"""Settings: the file, the environment over it, and an error that helps for everything else."""

from pathlib import Path

import msgspec
import pytest

from mulgil.config import Home, Settings, SettingsError, load_settings, setting_docs
from mulgil.i18n import Language


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(path=tmp_path, runtime_root=tmp_path)


def written(home: Home, content: str) -> Home:
    home.settings_file.write_text(content, encoding="utf-8")
    return home


def test_a_home_without_settings_has_the_defaults(home: Home) -> None:
    settings = load_settings(home, variables={})
    assert settings == Settings()
    assert settings.core.parallelism == 32
    assert settings.worker.zygote_idle_seconds == 300


def test_the_environment_wins_over_the_file(home: Home) -> None:
    written(home, '[core]\nparallelism = 8\nlanguage = "ko"\n[worker]\nkill_grace_seconds = 3\n')
    settings = load_settings(home, variables={"MULGIL__CORE__PARALLELISM": "9", "HOME": "/", "MULGIL_HOME": "x"})
    assert settings.core.parallelism == 9
    assert settings.core.language is Language.KOREAN
    assert settings.worker.kill_grace_seconds == 3.0


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[wroker]\n", "there is no section [wroker]; did you mean [worker]?"),
        ("[zzz]\n", "there is no section [zzz]; there are: core, dagfiles, scheduler, worker"),
        ("[core]\nparalelism = 1\n", "there is no setting core.paralelism; did you mean 'parallelism'?"),
        ("[scheduler]\nzzz = 1\n", "there is no setting scheduler.zzz; this section has: poll_seconds"),
        ("core = 1\n", "'core' is a section: write `[core]` and its settings below"),
        ("[core]\nparallelism = 0\n", "core.parallelism can't be 0: Expected `int` >= 1"),
        ('[core]\nparallelism = "8"\n', "core.parallelism can't be 8: Expected `int`, got `str`"),
        ('[core]\nlanguage = "fr"\n', "core.language can't be fr"),
        ("[core\n", "can't be read"),
    ],
)
def test_what_the_file_cannot_mean_is_named_with_its_place(home: Home, content: str, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(written(home, content), variables={})
    assert message in str(caught.value)
    assert str(home.settings_file) in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("MULGIL__CORE__PARALELISM", "1", "did you mean MULGIL__CORE__PARALLELISM?"),
        ("MULGIL__Q", "1", "the environment variable MULGIL__Q names no setting; unset it"),
        ("MULGIL__CORE__PARALLELISM", "many", "MULGIL__CORE__PARALLELISM can't be 'many': Expected `int`"),
        ("MULGIL__WORKER__KILL_GRACE_SECONDS", "-1", "Expected `float` >= 0"),
    ],
)
def test_what_a_variable_cannot_mean_is_named(home: Home, name: str, value: str, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(home, variables={name: value})
    assert message in str(caught.value)


def test_an_unknown_variables_value_is_not_repeated(home: Home) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(home, variables={"MULGIL__DB__PASSWORD": "s3cret"})
    assert "s3cret" not in str(caught.value)


def test_every_setting_is_described_and_can_be_given_by_its_variable(home: Home) -> None:
    docs = setting_docs()
    assert len(docs) == sum(len(msgspec.structs.fields(section)) for section in msgspec.structs.astuple(Settings()))
    for doc in docs:
        assert doc.description.endswith("."), doc
        if doc.default:
            load_settings(home, variables={doc.variable: doc.default})


@pytest.mark.parametrize(("given", "cpus", "expected"), [(0, 2, 16), (0, 8, 32), (3, 8, 3)])
def test_slots_follow_the_cpus_unless_they_are_set(given: int, cpus: int, expected: int) -> None:
    settings = msgspec.structs.replace(Settings().worker, slots=given)
    assert settings.slots_on(cpus) == expected
