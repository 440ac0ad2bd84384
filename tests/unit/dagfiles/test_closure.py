"""What a version is the hash of, and when a file must be parsed again."""

from __future__ import annotations

from pathlib import Path

import pytest

from mulgil.dagfiles.bundle import scan_bundle
from mulgil.dagfiles.closure import Closure, Uses
from mulgil.dagfiles.contents import BundleContents
from mulgil.dagfiles.references import find_references


class Fixed:
    """Contents that a test names."""

    def __init__(self, **files: str) -> None:
        self.files = {name.replace("__", "/"): digest for name, digest in files.items()}

    def digest(self, path: str) -> str | None:
        return self.files.get(path)

    def listing(self, folder: str) -> str | None:
        return ",".join(sorted(path for path in self.files if path.startswith(folder))) or None


def test_a_closure_holds_until_something_in_it_changes() -> None:
    closure = Closure.of(Uses(("a", "missing"), ("d",)), Fixed(a="1", d__x="1", other="1"))
    assert closure.holds_for(Fixed(a="1", d__x="2", other="2"))
    assert not closure.holds_for(Fixed(a="2", d__x="1"))
    assert not closure.holds_for(Fixed(d__x="1"))
    assert not closure.holds_for(Fixed(a="1", d__x="1", d__y="1"))
    assert not closure.holds_for(Fixed(a="1", d__x="1", missing="1"))


def test_a_version_depends_on_dag_and_contents_and_not_on_what_was_missing() -> None:
    contents = Fixed(a="1", b="2")
    plain = Closure.of(Uses(("a", "b")), contents)
    assert plain.version_of("dag") == Closure.of(Uses(("b", "a", "missing")), contents).version_of("dag")
    assert plain.version_of("dag") != plain.version_of("other")
    assert plain.version_of("dag") != Closure.of(Uses(("a",)), contents).version_of("dag")
    assert plain.version_of("dag") != Closure.of(Uses(("a", "b")), Fixed(a="1", b="3")).version_of("dag")


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    files = {
        "a.py": "import plain, json\nfrom pkg.sub import one\nNAME = 'sql/q.sql'\nOTHER = 'nothing.txt'\n",
        "plain.py": "def late():\n    from pkg import two\n",
        "pkg/__init__.py": "",
        "pkg/sub.py": "from . import three\nfrom .three import x\n",
        "pkg/two.py": "open('conf')\n",
        "pkg/three.py": "'../up.txt', '/etc/passwd', '.', '', '..'\n",
        "conf/x.toml": "",
        "conf/deep/y.toml": "",
        "sql/q.sql": "",
        "sql/unused.sql": "",
        "up.txt": "",
        "broken.py": "def (",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_references_are_followed_through_imports_and_names(bundle) -> None:
    uses = find_references(bundle, ("a.py",), folder="")
    assert uses.files == (
        "a.py",
        "conf/deep/y.toml",
        "conf/x.toml",
        "pkg/__init__.py",
        "pkg/sub.py",
        "pkg/three.py",
        "pkg/two.py",
        "plain.py",
        "sql/q.sql",
    )
    assert uses.folders == ("conf",)


def test_references_of_files_that_python_cannot_read_are_themselves(bundle) -> None:
    assert find_references(bundle, ("broken.py", "none.py"), folder="").files == ("broken.py",)


def test_names_are_looked_for_beside_the_dag_file_too(tmp_path) -> None:
    (tmp_path / "team").mkdir()
    (tmp_path / "team" / "a.py").write_text("import beside\nopen('q.sql')\n")
    (tmp_path / "team" / "beside.py").write_text("")
    (tmp_path / "team" / "q.sql").write_text("")
    uses = find_references(tmp_path, ("team/a.py",), folder="team")
    assert uses.files == ("team/a.py", "team/beside.py", "team/q.sql")


def test_contents_are_read_again_only_when_a_files_sign_changes(bundle) -> None:
    contents = BundleContents(bundle)
    assert contents.refresh()
    assert not contents.refresh()
    before = contents.digest("up.txt")
    assert contents.digest("none") is None
    (bundle / "up.txt").write_text("new")
    assert contents.digest("up.txt") == before
    assert contents.refresh()
    assert contents.digest("up.txt") != before


def test_listings_change_with_names_and_not_with_contents(bundle) -> None:
    contents = BundleContents(bundle)
    contents.refresh()
    top, deep, none = (contents.listing(folder) for folder in ("", "conf/deep", "nothing"))
    assert top is not None
    assert deep is not None
    assert none is None
    (bundle / "conf" / "deep" / "y.toml").write_text("new")
    contents.refresh()
    assert contents.listing("conf/deep") == deep
    (bundle / "conf" / "deep" / "z.toml").write_text("")
    contents.refresh()
    assert contents.listing("conf/deep") != deep
    assert contents.listing("") == top


def test_candidates_mention_the_library_and_a_dag(tmp_path) -> None:
    (tmp_path / "yes.py").write_text("from mulgil import DAG")
    (tmp_path / "also.py").write_text("from airflow.sdk import dag")
    (tmp_path / "no.py").write_text("import mulgil")
    (tmp_path / "other.py").write_text("dag = 1")
    (tmp_path / "text.txt").write_text("mulgil dag")
    contents = BundleContents(tmp_path)
    contents.refresh()
    assert contents.candidates() == ("also.py", "yes.py")


def test_links_are_followed_once_and_dead_ones_passed_over(tmp_path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.py").write_text("")
    (tmp_path / "real" / "loop").symlink_to(tmp_path)
    (tmp_path / "dead.py").symlink_to(tmp_path / "nothing")
    (tmp_path / "link.py").symlink_to(tmp_path / "real" / "a.py")
    scan = scan_bundle(tmp_path)
    assert tuple(scan.files) == ("link.py", "real/a.py")
    assert scan.folders == ("", "real")
