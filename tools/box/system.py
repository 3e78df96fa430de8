"""What a device must live through, step by step, on a machine in a box."""

import http.client
import json
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

from tools.box.deployment import copy_house, deploy, other_version
from tools.box.machine import STATE, Machine, wait_for
from tools.box.proof import Proof

READY_SECONDS = 60.0
FREEZE_NOTICED_SECONDS = 6.0
GIVES_WAY_SECONDS = 60.0

SETTINGS = 'camera = "{camera}"\nhost = "0.0.0.0"\nmock_pins = true\n'


class System:
    """The steps, on one machine; `announced` are the examinations that it told of: none may be lost."""

    def __init__(self, machine: Machine, wheels: Path, camera: str) -> None:
        self.machine, self.camera = machine, camera
        self._offline = ("--offline", str(wheels))
        # A copy, since someone may go on working on the original meanwhile.
        self._house = copy_house(machine.folder / "house")
        self.announced: dict[str, dict[str, Any]] = {}

    def prove(self, proof: Proof, quick: bool = False) -> None:
        """All steps, or the quick ones."""
        for name, act in self._steps(quick):
            if not proof.step(name, act) and act in (self.boot, self.install):
                print("  without this nothing else can be shown", flush=True)
                return

    def _steps(self, quick: bool) -> list[tuple[str, Any]]:
        frozen = [("a frozen camera", self.freeze)] if self.camera == "picamera" else []
        longer = [
            ("a rollback and back again", self.roll_back),
            ("kill -9", self.kill),
            *frozen,
            ("a full disk", self.fill_disk),
        ]
        return [
            ("boot", self.boot),
            ("a dry run changes nothing", self.dry_run),
            *([] if quick else [("a broken first release leaves nothing", self.break_first_release)]),
            ("deploy", self.install),
            ("a second time changes nothing", self.install_again),
            ("a press on the page", self.press),
            ("large files over HTTPS", self.carry_large_files),
            ("a broken release", self.break_release),
            *([] if quick else longer),
            ("power cut in the middle of presses", self.cut_power),
            ("a second boot by itself", self.boot_again),
            *([] if quick else [("off and on again", self.turn_off_and_on), ("uninstall", self.uninstall)]),
        ]

    # --- deploying ---

    def boot(self) -> str:
        seconds = self.machine.boot()
        # Settings that are there before stay as they are: a box has no pins.
        text = SETTINGS.format(camera=self.camera).replace("\n", "\\n")
        self.machine.ssh(f"printf '{text}' | sudo tee /etc/dermapoint.toml >/dev/null")
        return f"sshd answers after {seconds:.1f} s"

    def dry_run(self) -> str:
        before = self._fingerprint()
        output = self._deploy_well("--dry-run")
        assert self._fingerprint() == before, "the dry run changed the machine"
        return output.strip().splitlines()[-2]

    def _fingerprint(self) -> str:
        return self.machine.sudo("find /opt /etc /usr /var/lib/dpkg -newer /etc/dermapoint.toml | sort")

    def _deploy_well(self, *options: str, house: Path | None = None) -> str:
        status, output = deploy(self.machine, house or self._house, *options)
        assert status == 0, output
        return output

    def break_first_release(self) -> str:
        status, output = deploy(self.machine, self._broken_house("first"), *self._offline)
        assert status == 1, output
        assert "nothing is installed now" in output, output
        left = self.machine.ssh("ls -d /opt/dermapoint /etc/systemd/system/dermapoint*", check=False).stdout
        assert not left, f"left behind: {left}"
        return output.strip().splitlines()[-1]

    def install(self) -> str:
        self._deploy_well(*self._offline)
        settings = self.machine.sudo("cat", "/etc/dermapoint.toml")
        assert "mock_pins" in settings, "the settings were overwritten"
        assert self.machine.status()["ready"], "not ready"
        return self._release()

    def install_again(self) -> str:
        pid, before = self.machine.show("MainPID"), self._release()
        output = self._deploy_well(*self._offline)
        assert self._release() == before, f"now it is {self._release()}"
        assert self.machine.show("MainPID") == pid, "it was started again"
        return output.strip().splitlines()[-1]

    def break_release(self) -> str:
        before, pid = self._release(), self.machine.show("MainPID")
        status, output = deploy(self.machine, self._broken_house("later"), *self._offline)
        assert status == 1, f"deploy.sh called a broken release well: {output}"
        assert "this release is broken" in output, f"deploy.sh doesn't say why: {output}"
        assert self._release() == before
        assert self.machine.show("MainPID") != pid
        self.press_well()
        return f"back at {before}"

    def _broken_house(self, name: str) -> Path:
        house = copy_house(self.machine.folder / f"broken-{name}")
        file = house / "device/daemon.py"
        file.write_text('raise SystemExit("this release is broken")\n' + file.read_text())
        return house

    def roll_back(self) -> str:
        first = self._release()
        newer = other_version(self.machine.folder / "newer", "99.0")
        self._deploy_well(*self._offline, house=newer)
        assert self.machine.status()["version"] == "99.0"
        for expected in (first, None, first):
            self._deploy_well("--rollback")
            assert expected is None or self._release() == expected
        assert first in self._deploy_well("--status")
        self.press_well()
        return f"99.0 and back at {first}"

    def uninstall(self) -> str:
        kept = self._records()
        self._deploy_well("--uninstall")
        state = self.machine.show("ActiveState")
        assert state == "inactive", f"the service is {state}"
        assert self._records() == kept, "uninstall touched the records"
        left = self.machine.ssh("ls -d /opt/dermapoint", check=False).stdout
        assert not left, f"uninstall left {left}"
        self._deploy_well(*self._offline)
        self.check_announced()
        self._deploy_well("--uninstall", "--purge")
        left = self.machine.sudo("find", STATE, "/etc/dermapoint.toml", "-type", "f", check=False)
        assert not left, f"purge left {left}"
        return "records kept, then removed"

    def _records(self) -> str:
        # SQLite's helpers come and go with the daemon.
        return self.machine.sudo(
            "find", STATE, "-type", "f", "-not", "-name", "'*-wal'", "-not", "-name", "'*-shm'"
        )

    def _release(self) -> str:
        return Path(self.machine.ssh("readlink", "/opt/dermapoint/current").stdout.strip()).name

    # --- examining ---

    def press(self) -> str:
        examination = self.press_well()
        finding = examination["finding"]
        return f"{finding['triage']}, camera {self.machine.status()['camera']}"

    def carry_large_files(self) -> str:
        """A backup and an export leave through nginx, and the backup comes back that way."""
        status, backup = self.machine.get("/settings/backup/dermapoint-backup.tar")
        assert status == http.client.OK, backup[:200]
        status, output = self.machine.post("/api/v1/restorations", backup)
        assert status == http.client.ACCEPTED, output
        self._wait_for("/api/v1/restorations")
        status, output = self.machine.post("/api/v1/exports", '{"format": "zip"}', "application/json")
        assert status == http.client.ACCEPTED, output
        job = self._wait_for(f"/api/v1/exports/{json.loads(output)['id']}")
        status, export = self.machine.get(job["file"])
        assert status == http.client.OK, export[:200]
        assert export[:2] == b"PK", "the export is no ZIP"
        return f"{len(backup) >> 10} KiB in and out, {len(export) >> 10} KiB out"

    def _wait_for(self, path: str) -> dict[str, Any]:
        """The job at this address, when it is done."""
        state: dict[str, Any] = {}

        def is_over() -> bool:
            state.update(json.loads(self.machine.get(path)[1]))
            return state["progress"] != "running"

        wait_for(is_over, READY_SECONDS, path)
        assert state["progress"] == "done", state
        return state

    def press_well(self) -> dict[str, Any]:
        """Press; what came of it is announced and can be read."""
        status, examination = self.machine.press()
        assert status == http.client.CREATED, examination
        self.announced[examination["id"]] = examination
        self._check(examination["id"])
        return examination

    def _check(self, name: str) -> None:
        status, body = self.machine.get(f"/api/v1/examinations/{name}")
        assert status == http.client.OK, f"examination {name} was announced and is lost: {body!r}"

    def check_announced(self) -> None:
        """Nothing that was announced is lost."""
        for name in self.announced:
            self._check(name)

    def _is_unwell(self) -> bool:
        return not self.machine.status().get("ready")

    def wait_until_ready(self) -> float:
        """The seconds until the device says that it is ready."""
        return wait_for(lambda: self.machine.status().get("ready"), READY_SECONDS, "ready")

    # --- trouble ---

    def kill(self) -> str:
        pid = self.machine.show("MainPID")
        self.machine.sudo("kill", "-9", pid)
        wait_for(lambda: self.machine.show("MainPID") not in (pid, "0"), READY_SECONDS, "started again")
        seconds = self.wait_until_ready()
        self.check_announced()
        self.press_well()
        return f"ready again {seconds:.1f} s after systemd started it"

    def freeze(self) -> str:
        pid = self.machine.show("MainPID")
        self.machine.sudo("mkdir -p /run/box; sudo touch /run/box/frozen")
        try:
            noticed = wait_for(self._is_unwell, FREEZE_NOTICED_SECONDS, "the freeze is noticed")
            wait_for(lambda: self.machine.show("MainPID") != pid, GIVES_WAY_SECONDS, "the process gives way")
        finally:
            self.machine.sudo("rm", "/run/box/frozen")
        seconds = self.wait_until_ready()
        self.check_announced()
        self.press_well()
        return f"noticed after {noticed:.1f} s, ready {seconds:.1f} s after the camera came back"

    def fill_disk(self) -> str:
        fill = f"{STATE}/fill"
        # Root's reserve is full, too: the service's user has no block left.
        self.machine.sudo("sh", "-c", f"'cat /dev/zero >{fill} 2>/dev/null; sync'", check=False)
        try:
            status, problem = self.machine.press()
            assert status == http.client.INSUFFICIENT_STORAGE, f"a press on a full disk: {status} {problem}"
            page, _ = self.machine.get("/")
            assert page == http.client.OK, f"the page is down: {page}"
            self.check_announced()
        finally:
            self.machine.sudo("rm", fill)
        self.press_well()
        return f"refused: {problem['detail']}"

    def cut_power(self) -> str:
        """Several people press while the plug is pulled; every answer that came out counts as announced."""
        stop = threading.Event()

        def keep_pressing() -> None:
            while not stop.is_set():
                try:
                    status, examination = self.machine.press()
                except OSError:
                    return
                if status == http.client.CREATED:
                    self.announced[examination["id"]] = examination

        before = len(self.announced)
        self.machine.get("/")
        people = [threading.Thread(target=keep_pressing) for _ in range(3)]
        for person in people:
            person.start()
        try:
            wait_for(lambda: len(self.announced) >= before + 5, READY_SECONDS, "five examinations")
            # Not right after an answer: somewhere within the next press.
            time.sleep(0.05)
        finally:
            self.machine.pull_the_plug()
            stop.set()
            for person in people:
                person.join()
        return f"{len(self.announced) - before} examinations were announced until then"

    def boot_again(self) -> str:
        booted = self.machine.boot()
        ready = self.wait_until_ready()
        self.check_announced()
        self.check_records()
        self.press_well()
        return f"ready {booted + ready:.1f} s after power; all {len(self.announced)} examinations are there"

    def turn_off_and_on(self) -> str:
        off = self.machine.shut_down()
        booted = self.machine.boot()
        ready = self.wait_until_ready()
        self.check_announced()
        self.check_records()
        return f"off after {off:.1f} s, ready {booted + ready:.1f} s after power"

    def check_records(self) -> None:
        """Look at the records from outside: a whole database, whole pictures, nothing half done."""
        copy = self.machine.folder / "looked-at"
        copy.mkdir(exist_ok=True)
        for name in ("records.sqlite3", "records.sqlite3-wal"):
            source = self.machine.folder / "records" / name
            if source.exists():
                (copy / name).write_bytes(source.read_bytes())
        database = sqlite3.connect(copy / "records.sqlite3")
        try:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            saved = {row[0] for row in database.execute("SELECT id FROM examination")}
        finally:
            database.close()
        assert set(self.announced) <= saved, f"lost: {set(self.announced) - saved}"
        pictures = [path for path in (self.machine.folder / "records/images").rglob("*") if path.is_file()]
        assert not [path for path in pictures if path.suffix == ".part"], "unfinished files are left"
        for path in pictures:
            data = path.read_bytes()
            # Start and end of a JPEG file (ITU-T T.81, B.1.1.3).
            whole = path.suffix != ".jpg" or data[:2] + data[-2:] == b"\xff\xd8\xff\xd9"
            assert whole, f"{path.name} is broken"
        with_pictures = {path.name.partition(".")[0] for path in pictures}
        assert saved <= with_pictures, f"without a picture: {saved - with_pictures}"
        assert with_pictures <= saved, f"pictures without a record: {with_pictures - saved}"
