"""Which file system a database lies on, by the kernel's mount table; and which database a URL names."""

from pathlib import Path

import pytest

from mulgil.stores.errors import UnusableDatabaseError
from mulgil.stores.sql.file_system import MOUNT_TABLE, file_system_of
from mulgil.stores.sql.location import database_path

TABLE = r"""22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:40 / /mnt/share rw,relatime - nfs4 host:/share rw,vers=4.2
31 22 0:41 / /mnt/share/local rw,relatime shared:9 master:3 - xfs /dev/sdb1 rw
32 22 0:42 / /mnt/with\040space rw - fuse.sshfs me@host:/ rw
33 22 0:43 / /mnt/twice rw - ext4 /dev/sdc1 rw
34 33 0:44 / /mnt/twice rw - cifs //host/share rw
"""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/home/ann/mulgil.db", "ext4"),
        ("/mnt/share/deep/er/mulgil.db", "nfs4"),
        ("/mnt/shared-by-name-only/mulgil.db", "ext4"),
        ("/mnt/share/local/mulgil.db", "xfs"),
        ("/mnt/with space/mulgil.db", "fuse.sshfs"),
        ("/mnt/twice/mulgil.db", "cifs"),
    ],
)
def test_the_deepest_and_latest_mount_counts(tmp_path: Path, path: str, expected: str) -> None:
    table = tmp_path / "mountinfo"
    table.write_text(TABLE)
    assert file_system_of(Path(path), mount_table=table) == expected


def test_where_there_is_no_table_nobody_can_tell(tmp_path: Path) -> None:
    assert file_system_of(tmp_path, mount_table=tmp_path / "missing") is None


@pytest.mark.skipif(not MOUNT_TABLE.exists(), reason="this system has no mount table")
def test_this_systems_table_can_be_read(tmp_path: Path) -> None:
    assert file_system_of(tmp_path, mount_table=MOUNT_TABLE)


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        (Path("/a/b.db"), "/a/b.db"),
        ("b.db", "b.db"),
        ("sqlite:////a/b.db", "/a/b.db"),
        ("sqlite:///b.db", "b.db"),
    ],
)
def test_a_database_is_named_by_a_path_or_a_url(location: Path | str, expected: str) -> None:
    assert database_path(location) == Path(expected)


def test_another_kind_of_database_is_refused_without_its_password() -> None:
    with pytest.raises(UnusableDatabaseError, match="can't use postgresql as its metadata database") as caught:
        database_path("postgresql://ann:s3cret@host/db")
    assert "s3cret" not in str(caught.value)
