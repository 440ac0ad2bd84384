"""Refuses to keep a database where SQLite can't keep it safely: on a network file system.

Write-ahead logging needs memory that all processes share and locks that work; over a network neither
is certain, and the damage shows late. The kernel's mount table says what a folder lies on; where there
is no such table nothing is refused.
"""

from pathlib import Path

from mulgil.stores.errors import UnusableDatabaseError

MOUNT_TABLE = Path("/proc/self/mountinfo")

NETWORK_FILE_SYSTEMS = frozenset(
    {
        "9p", "afs", "beegfs", "ceph", "cifs", "coda", "fuse.ceph", "fuse.gcsfuse", "fuse.glusterfs", "fuse.goofys",
        "fuse.mount-s3", "fuse.rclone", "fuse.s3fs", "fuse.smbnetfs", "fuse.sshfs", "gfs2", "glusterfs", "gpfs",
        "lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "prl_fs", "smb3", "smbfs", "vboxsf",
    }
)  # fmt: skip


def refuse_network_file_system(path: Path) -> None:
    """Do nothing unless `path` lies on a network file system.

    Raises:
        UnusableDatabaseError: It does.
    """
    kind = file_system_of(path, mount_table=MOUNT_TABLE)
    if kind in NETWORK_FILE_SYSTEMS:
        raise UnusableDatabaseError("store.network_file_system", path=str(path), file_system=kind)


def file_system_of(path: Path, *, mount_table: Path) -> str | None:
    """Return the type of the file system that `path` lies on (or will), or None where nobody can tell."""
    try:
        lines = mount_table.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return None
    target = path.resolve()
    kind, depth = None, -1
    for line in lines:
        mount_point, found = _parse(line)
        if target.is_relative_to(mount_point) and len(mount_point.parts) >= depth:
            # Of two mounts on one folder the later one hides the earlier one.
            kind, depth = found, len(mount_point.parts)
    return kind


def _parse(line: str) -> tuple[Path, str]:
    """Read one line: `id parent dev root MOUNT_POINT options [tag…] - TYPE source options`."""
    before, _, after = line.partition(" - ")
    mount_point = before.split(" ")[4]
    for octal, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        mount_point = mount_point.replace(octal, character)
    return Path(mount_point), after.partition(" ")[0]
