import logging
import os
import socket
import threading

import pytest

from device.errors import CameraError, PowerError
from device.message import Message
from device.service import logs
from device.service.exit_reason import FILE, ExitReason, open_exit_reason
from device.service.notify import Notifier, open_notifier
from device.service.power import ask_for_power_off, withdraw_power_off
from device.service.repeat import Repeat
from device.service.watchdog import Watchdog, watchdog_seconds


@pytest.fixture
def manager(tmp_path):
    """A service manager that listens: its socket's path, and what came."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(str(tmp_path / "notify"))
        line.settimeout(5)
        yield str(tmp_path / "notify"), lambda: line.recv(4096).decode()


def test_the_manager_hears_every_state(manager):
    address, heard = manager
    notifier = open_notifier({"NOTIFY_SOCKET": address})
    notifier.status("camera:\nno frames")
    notifier.ready()
    notifier.alive()
    notifier.stopping()
    assert [heard() for _ in range(4)] == ["STATUS=camera: no frames", "READY=1", "WATCHDOG=1", "STOPPING=1"]


def test_an_unchanged_status_is_sent_once(manager):
    address, heard = manager
    notifier = Notifier(address)
    for sentence in ("ready", "ready", "low disk"):
        notifier.status(sentence)
    assert [heard(), heard()] == ["STATUS=ready", "STATUS=low disk"]


def test_an_abstract_socket_is_reached():
    name = f"dermapoint-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind("\0" + name)
        Notifier("@" + name).ready()
        assert line.recv(100) == b"READY=1"


def test_without_a_manager_nothing_is_sent_and_nothing_fails(tmp_path):
    open_notifier({}).ready()
    Notifier(str(tmp_path / "nobody")).ready()


GONE = Message("camera_gone")


class Frames:
    def __init__(self):
        self.newest_sequence, self.fault = -1, None


class Fed:
    def __init__(self):
        self.times = 0

    def alive(self):
        self.times += 1


@pytest.fixture
def watched(tmp_path):
    frames, fed, now = Frames(), Fed(), [0.0]
    watchdog = Watchdog(frames, fed, ExitReason(tmp_path), patience=300, clock=lambda: now[0])

    def look(at, sequence=None, fault=None):
        now[0], frames.fault = at, fault
        frames.newest_sequence = frames.newest_sequence if sequence is None else sequence
        before = fed.times
        watchdog.look()
        return fed.times > before

    return look


def test_each_new_frame_feeds_the_watchdog(watched):
    assert watched(1, sequence=0)
    assert watched(2, sequence=7)


def test_the_same_frame_again_does_not_feed_and_leaves_word(watched, tmp_path):
    watched(1, sequence=3)
    assert not watched(2)
    assert "no new frames" in (tmp_path / FILE).read_text()
    assert watched(3, sequence=4)
    assert not (tmp_path / FILE).exists()


def test_a_told_fault_feeds_for_a_while_and_then_no_more(watched, tmp_path):
    watched(0, sequence=3)
    assert watched(10, sequence=-1, fault=GONE)
    assert watched(299, sequence=-1, fault=GONE)
    assert not watched(301, sequence=-1, fault=GONE)
    assert (tmp_path / FILE).read_text() == "the camera is gone; check its cable"


def test_frames_after_a_fault_begin_its_time_anew(watched):
    watched(0, sequence=3)
    watched(299, sequence=-1, fault=GONE)
    watched(310, sequence=4)
    assert watched(600, sequence=-1, fault=GONE)


@pytest.mark.parametrize(
    ("environment", "seconds"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "20000000"}, 20.0),
        ({"WATCHDOG_USEC": "20000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "x"}, None),
    ],
)
def test_the_watchdog_is_fed_only_where_one_waits(environment, seconds):
    assert watchdog_seconds(environment) == seconds


def test_what_repeats_goes_on_after_a_failure(caplog):
    calls, enough = [], threading.Event()

    def fail():
        calls.append(1)
        if len(calls) == 3:
            enough.set()
        raise OSError("gone")

    with Repeat(fail, 0.01, "health"):
        assert enough.wait(5)
    assert "health" in caplog.text


def test_an_error_leaves_its_words_and_goes_on(tmp_path):
    with pytest.raises(CameraError), open_exit_reason({"RUNTIME_DIRECTORY": str(tmp_path)}).of_errors():
        raise CameraError("no camera answers")
    assert (tmp_path / FILE).read_text() == "no camera answers"


def test_the_words_of_an_unexpected_error_stay_in_the_log(tmp_path):
    with pytest.raises(ValueError, match="secret"), ExitReason(tmp_path).of_errors():
        raise ValueError("secret")
    assert "secret" not in (tmp_path / FILE).read_text()
    assert "ValueError" in (tmp_path / FILE).read_text()


def test_exit_reason_without_a_folder_or_disk_do_no_harm(tmp_path):
    ExitReason(None).say("x")
    words = ExitReason(tmp_path / "gone")
    words.say("x")
    words.forget()


def test_a_power_off_is_asked_for_by_a_file(tmp_path):
    environment = {"RUNTIME_DIRECTORY": str(tmp_path)}
    ask_for_power_off(environment)
    assert (tmp_path / "poweroff").exists()
    withdraw_power_off(environment)
    assert not (tmp_path / "poweroff").exists()


def test_a_power_off_that_nobody_would_see_is_refused(tmp_path):
    withdraw_power_off({})
    for environment in ({}, {"RUNTIME_DIRECTORY": str(tmp_path / "gone")}):
        with pytest.raises(PowerError, match="sudo poweroff"):
            ask_for_power_off(environment)


def record(level=logging.INFO, text="a press", error=None):
    return logging.LogRecord("device.x", level, "", 0, text, (), error)


@pytest.mark.parametrize(
    ("level", "priority"),
    [
        (logging.CRITICAL, "<2>"),
        (logging.ERROR, "<3>"),
        (logging.WARNING, "<4>"),
        (logging.INFO, "<6>"),
        (logging.DEBUG, "<7>"),
    ],
)
def test_the_journal_learns_the_priority(level, priority):
    assert logs.LineFormatter(for_journal=True).format(record(level)) == f"{priority}device.x: a press"


def test_elsewhere_the_level_is_a_word():
    assert logs.LineFormatter(for_journal=False).format(record()) == "INFO device.x: a press"


def test_a_traceback_is_one_line():
    try:
        raise ValueError("two\nlines")
    except ValueError as error:
        line = logs.LineFormatter(True).format(record(error=(ValueError, error, error.__traceback__)))
    assert len(line.splitlines()) == 1
    assert line.startswith("<6>device.x: a press | Traceback")
    assert "two | lines" in line


def test_what_is_logged_about_an_examination_names_it():
    formatter = logs.LineFormatter(True)
    with logs.about("20261123T173043496937-818c"):
        assert formatter.format(record()).endswith("[examination 20261123T173043496937-818c]")
        named = formatter.format(record(text="examination 20261123T173043496937-818c: watch"))
        assert named.count("818c") == 1
    assert formatter.format(record()).endswith("a press")


def test_only_the_journal_s_own_stream_gets_priorities(tmp_path):
    root = logging.getLogger()
    before, hook = (root.level, root.handlers[:]), threading.excepthook
    try:
        with (tmp_path / "log").open("w") as stream:
            found = os.fstat(stream.fileno())
            for said in (f"{found.st_dev}:{found.st_ino}", "1:2", ""):
                logs.set_up(stream, {"JOURNAL_STREAM": said})
                logging.info("here")
            threading.Thread(target=lambda: 1 / 0, name="camera").start()
            for thread in threading.enumerate():
                if thread.name == "camera":
                    thread.join()
        lines = (tmp_path / "log").read_text().splitlines()
    finally:
        root.setLevel(before[0])
        root.handlers[:] = before[1]
        threading.excepthook = hook
    assert lines[:3] == ["<6>root: here", "INFO root: here", "INFO root: here"]
    assert len(lines) == 4
    assert "camera ended" in lines[3]
    assert "ZeroDivisionError" in lines[3]
