"""Full and read-only cards, by the kernel itself: `python -m tests.soak.cards full|read-only|turned`.

The card is a file system in memory, mounted where nobody else sees it (unshare(1)). That which the kernel
turns read-only in the middle of work is ext4 on a loop device, and needs root's rights.
"""

import ctypes
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from shutil import which

import numpy as np
from flask.testing import FlaskClient

from device.access import Role
from device.app import App, build_app
from device.health.monitor import standing_state
from device.records import Query, Records
from device.settings import Settings
from tests.soak.kills import FRAMES, make_examination

CARD_MIB = 90
_MS_RDONLY, _MS_REMOUNT, _MNT_DETACH = 1, 32, 2
_IDS = [f"20260101T{number:012}-abcd" for number in range(3)]
_PIXELS = np.full((48, 64, 3), 90, np.uint8)
_TRIES = 40
_SUDO = ["sudo", "--non-interactive", "--preserve-env"]


def run(kind: str) -> None:
    """Try it in a place of its own. Raises CalledProcessError with what was found wrong."""
    alone = ["unshare", "--mount"] if kind in NEED_ROOT else ["unshare", "--map-root-user", "--mount"]
    as_root = _SUDO if kind in NEED_ROOT and os.geteuid() else []
    command = [*as_root, *alone, sys.executable, "-m", "tests.soak.cards", kind]
    subprocess.run(command, check=True, env={**os.environ, "_DERMAPOINT_CARD": "1"})


def may_run(kind: str) -> bool:
    """Whether this machine lets us: root's rights and loop devices are not had everywhere."""
    if kind not in NEED_ROOT:
        return True
    root = not os.geteuid() or (bool(which("sudo")) and not subprocess.run([*_SUDO, "true"]).returncode)
    return root and Path("/dev/loop-control").exists()


@contextmanager
def card() -> Iterator[Path]:
    """A card of its own, writable."""
    with tempfile.TemporaryDirectory() as name:
        _mount(name, 0)
        try:
            yield Path(name)
        finally:
            ctypes.CDLL(None).umount2(name.encode(), _MNT_DETACH)


@contextmanager
def real_card() -> Iterator[Path]:
    """A card with the file system of a Raspberry Pi's, writable, and read-only after errors as there."""
    # On a disk: of files in memory there are no loop devices everywhere.
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        image, folder = Path(name) / "card.img", Path(name) / "card"
        folder.mkdir()
        subprocess.run(["truncate", f"--size={CARD_MIB}M", image], check=True)
        subprocess.run(["mkfs.ext4", "-q", image], check=True)
        subprocess.run(["mount", "-o", "loop,errors=remount-ro", image, folder], check=True)
        try:
            yield folder
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


def break_file_system(folder: Path) -> None:
    """Let ext4 meet an error, as of a failing card (Linux: ABI/testing/sysfs-fs-ext4, trigger_fs_error)."""
    found = subprocess.run(
        ["findmnt", "-n", "-o", "SOURCE", folder], check=True, capture_output=True, text=True
    )
    Path("/sys/fs/ext4", Path(found.stdout.strip()).name, "trigger_fs_error").write_text("1")


def _mount(folder: str, flags: int) -> None:
    size = f"size={CARD_MIB}m".encode()
    if ctypes.CDLL(None, use_errno=True).mount(b"card", folder.encode(), b"tmpfs", flags, size):
        raise OSError(ctypes.get_errno(), "mount")


def fill(folder: Path) -> None:
    """Take every byte that is left."""
    with (folder / "filler").open("ab", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                pass
    assert os.statvfs(folder).f_bavail == 0


def try_full() -> None:
    """With no byte left, all that leads out works, and nothing new is begun."""
    with card() as folder, build_app(Settings(mock_pins=True, state=folder, frame_rate=20)) as app:
        pin = app.access.accounts.first_pin()
        assert pin
        app.ring.newest()
        doomed = app.examiner.press().id
        app.examiner.press()
        fill(folder)
        assert (folder / "reserve").exists()
        _nothing_new(app, folder)
        _the_way_out(app, pin, doomed)
        # Somebody else takes what the reserve has given.
        fill(folder)
        _nothing_new(app, folder)
        _in_and_out(app, pin)
        _throttled(app)


def _nothing_new(app: App, folder: Path) -> None:
    owner = app.app.test_client()
    owner.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {_program(app)}"
    before = sorted(each.name for each in (folder / "images").iterdir())
    for path, body in (("/api/v1/press", None), ("/api/v1/exports", {"format": "zip"})):
        answer = owner.post(path, json=body)
        assert answer.status_code in (422, 507), (path, answer.text)
        assert "free" in answer.json["detail"] or "space" in answer.json["detail"], answer.json
    assert sorted(each.name for each in (folder / "images").iterdir()) == before


def _program(app: App) -> str:
    app.access.admit_local("of the soak")
    return "of the soak"


def _the_way_out(app: App, pin: str, doomed: str) -> None:
    client = app.app.test_client()
    _ok(client, "/login", {"pin": pin})
    assert client.get("/health").status_code == 200
    _ok(client, "/settings", {"aim_seconds": "100"})
    backup = client.get("/settings/backup/dermapoint-backup.tar").data
    with tempfile.TemporaryDirectory() as name, closing(Records(Path(name) / "state")) as elsewhere:
        (Path(name) / "a.tar").write_bytes(backup)
        assert elsewhere.backups.restore(Path(name) / "a.tar").examinations == app.records.count()
    command = [sys.executable, "-m", "device.cli", "pin", "nurse", "--state", str(app.records.folder)]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "The PIN of nurse is" in made.stdout, made.stderr
    _ok(client, "/history/delete/sure", {"id": doomed})
    assert app.records.get(doomed) is None
    assert app.records.integrity.find_strays() == []
    _ok(client, "/logout", {})
    assert client.get("/settings").status_code in (302, 303, 401)


def _in_and_out(app: App, pin: str) -> None:
    client = app.app.test_client()
    _ok(client, "/login", {"pin": pin})
    assert client.get("/history").status_code == client.get("/health").status_code == 200
    _ok(client, "/logout", {})
    assert client.get("/settings").status_code in (302, 303, 401)


def _ok(client: FlaskClient, path: str, form: dict[str, str]) -> None:
    answer = client.post(path, data=form)
    assert answer.status_code in (302, 303), (path, answer.status_code, answer.text[-600:])


def _throttled(app: App) -> None:
    stranger = app.app.test_client()
    refused = [stranger.post("/login", data={"pin": "00000000"}).status_code for _ in range(_TRIES)]
    assert refused.count(429) > _TRIES - 10, refused


def try_read_only() -> None:
    """All can be read and saved elsewhere, and the device says so."""
    with card() as folder, tempfile.TemporaryDirectory() as outside:
        state = folder / "state"
        with build_app(Settings(mock_pins=True, state=state)) as app:
            pin = app.access.accounts.first_pin()
            app.access.accounts.add("nurse", Role.EXAMINER)
            for name in _IDS:
                app.records.save(make_examination(name), *[_PIXELS] * FRAMES)
            # As a card that turns read-only leaves it: with what was written last in the log.
            subprocess.run(["cp", "-a", state, Path(outside) / "copy"], check=True)
        assert pin
        subprocess.run(["rm", "-r", state], check=True)
        subprocess.run(["mv", Path(outside) / "copy", state], check=True)
        assert (state / "records.sqlite3-wal").stat().st_size
        _mount_read_only(folder)
        _commands(state, Path(outside))
        with build_app(Settings(mock_pins=True, state=state)) as app:
            _page(app, pin, Path(outside))


def _mount_read_only(folder: Path) -> None:
    _mount(str(folder), _MS_REMOUNT | _MS_RDONLY)


def _commands(state: Path, outside: Path) -> None:
    done = {
        name: subprocess.run(
            [sys.executable, "-m", "device.cli", *arguments, "--state", str(state)],
            capture_output=True,
            text=True,
            check=False,
        )
        for name, arguments in {
            "backup": ["backup", str(outside / "all.tar")],
            "export": ["export", str(outside / "all.csv")],
            "doctor": ["doctor"],
            "recover": ["recover"],
        }.items()
    }
    assert f"{len(_IDS)} examinations" in done["backup"].stdout, done["backup"]
    assert (outside / "all.csv").exists(), done["export"]
    assert (outside / "all.csv").read_text().count("abcd") >= len(_IDS), done["export"]
    for name in ("doctor", "recover"):
        output = done[name].stdout + done[name].stderr
        assert "the card takes nothing more" in output, output
        assert "save your records elsewhere now" in output, output


def _page(app: App, pin: str, outside: Path) -> None:
    client = app.app.test_client()
    _ok(client, "/login", {"pin": pin})
    app.ring.newest()
    refused = client.post("/api/v1/press")
    assert refused.status_code == 507, refused.text
    for text in (refused.json["detail"], client.get("/health").text, client.get("/").text):
        assert "the card takes nothing more" in text.lower(), text
        assert "save your records elsewhere now" in text.lower(), text
    (outside / "page.tar").write_bytes(client.get("/settings/backup/dermapoint-backup.tar").data)
    with closing(Records(outside / "elsewhere")) as elsewhere:
        assert elsewhere.backups.restore(outside / "page.tar").examinations == len(_IDS)
        assert len(elsewhere.search(Query(), 9)) == len(_IDS)


def try_turned() -> None:
    """It turns read-only under a working device, which says so, goes on showing, and starts again."""
    with real_card() as folder, tempfile.TemporaryDirectory() as outside:
        state = folder / "state"
        with build_app(Settings(mock_pins=True, state=state, frame_rate=20)) as app:
            pin = app.access.accounts.first_pin()
            assert pin
            for name in _IDS:
                app.records.save(make_examination(name), *[_PIXELS] * FRAMES)
            before = sorted(each.name for each in (state / "images").iterdir())
            break_file_system(folder)
            _page(app, pin, Path(outside))
            client = app.app.test_client()
            _ok(client, "/login", {"pin": pin})
            for path, form in (
                ("/persons/new", {"pseudonym": "P-1"}),
                ("/history/delete/sure", {"id": _IDS[0]}),
                (f"/examinations/{_IDS[0]}/notes", {"notes": "mine"}),
            ):
                refused = client.post(path, data=form)
                assert refused.status_code == 507, (path, refused.status_code)
                assert "save your records elsewhere now" in refused.text.lower(), refused.text
            assert "card fault" in {standing_state(app.checks.look())}
            assert client.get(f"/examinations/{_IDS[0]}").status_code == 200
            assert sorted(each.name for each in (state / "images").iterdir()) == before
        with build_app(Settings(mock_pins=True, state=state)) as app:
            (Path(outside) / "again").mkdir()
            _page(app, pin, Path(outside) / "again")


CASES = {"full": try_full, "read-only": try_read_only, "turned": try_turned}
NEED_ROOT = ("turned",)


def main() -> None:
    """Try the cases that are named, or all."""
    for kind in sys.argv[1:] or CASES:
        if os.environ.get("_DERMAPOINT_CARD"):
            CASES[kind]()
        else:
            run(kind)
        print(f"{kind} card: all as it should be")


if __name__ == "__main__":
    main()
