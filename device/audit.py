"""The command `dermapoint audit`: whether the audit log is whole, and as all know it who have seen it."""

import subprocess
import tarfile
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from device.access import open_access
from device.access.audit import AuditLog, Head
from device.errors import AccessError, RecordsError
from device.records.archive import check, read_manifest

_UNIT = "dermapoint.service"
_SECONDS = 60.0
_MARK = "audit head "


def examine(state: Path, backups: Iterable[Path]) -> int:
    """Print what is found; 0, or 1 when something in the log was changed or is missing.

    Compares it with the heads in the system's journal, where that can be read, and in these backup
    files. Raises AccessError without a log, RecordsError for a file that is no backup.
    """
    if not (state / "access.sqlite3").is_file():
        raise AccessError("no_audit_log", state=state)
    with closing(open_access(state)) as access:
        audit = access.audit
        head, broken_at = audit.head(), audit.broken_at()
        print(f"{head.number} entries; the newest is {head.hash}. Keep that elsewhere, and compare.")
        if audit.signed_since > 1:
            print(f"Entries before {audit.signed_since} are from before this key, and can't be checked.")
        if broken_at:
            print(f"BROKEN at entry {broken_at}: it or one before it was changed or removed.")
        else:
            print("The chain is whole.")
        known = [_compare(audit, "the journal", _heads_in_journal())]
        known += [_compare(audit, str(path), [_head_in_backup(path)]) for path in backups]
    return 0 if all(known) and not broken_at else 1


def _compare(audit: AuditLog, where: str, heads: Iterable[Head | None]) -> bool:
    found = [head for head in heads if head]
    gone = [head for head in found if not audit.holds(head)]
    if not found:
        print(f"{where}: knows nothing of the log")
    for head in gone:
        print(f"{where}: CHANGED OR REMOVED: entry {head}")
    if found and not gone:
        print(f"{where}: the log holds all that it knows, up to entry {max(head.number for head in found)}")
    return not gone


def _heads_in_journal() -> list[Head | None]:
    """The heads that the daemon wrote there; none where it can't be read."""
    command = ["journalctl", "--quiet", "--no-pager", "--output=cat", f"--unit={_UNIT}", f"--grep={_MARK}"]
    try:
        output = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return []
    return [Head.parse(line.partition(_MARK)[2]) for line in output.splitlines()]


def _head_in_backup(path: Path) -> Head | None:
    try:
        with tarfile.open(path, "r:") as archive:
            manifest = read_manifest(archive, check(archive))
        return Head.parse(str(manifest.get("audit_head")))
    except (OSError, tarfile.TarError, ValueError) as error:
        raise RecordsError("backup_unreadable", path=path, cause=error) from error
