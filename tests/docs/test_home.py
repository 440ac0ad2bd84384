"""The page on operating names every file of a home."""

from pathlib import Path

from pages import REPOSITORY, code_spans

from mulgil.config import Home


def test_every_file_of_the_home_is_named() -> None:
    home = Home(path=Path("/home"), runtime_root=Path("/run"))
    members = [getattr(home, name) for name in dir(Home) if isinstance(getattr(Home, name), property)]
    files = {path.name for path in members if path.parent == home.path}
    named = {
        span.rstrip("/") for span in code_spans((REPOSITORY / "docs/howto/operate.md").read_text(encoding="utf-8"))
    }
    assert files - named == set()
