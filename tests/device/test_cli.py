import json
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest

from device.classes import HAM10000
from device.cli import main
from device.client import ask
from device.settings import Settings
from tests.conftest import BUNDLE, FRAMES
from tests.support import free_port


def dermapoint(*arguments, **options):
    return subprocess.run(
        [sys.executable, "-m", "device.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        **options,
    )


@contextmanager
def running_daemon(state, *options):
    port = free_port()
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "device.cli",
            "run",
            "--demo",
            "--port",
            str(port),
            "--state",
            str(state),
            *options,
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        line = process.stdout.readline()
        assert f"http://127.0.0.1:{port}" in line, process.communicate()[1]
        yield port, process
    finally:
        process.kill()
        process.communicate()


def test_classify_gives_one_object_a_line(tmp_path):
    result = dermapoint("classify", "--json", FRAMES / "ISIC_0024310.jpg", FRAMES)
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.returncode == 0
    assert len(lines) == 30
    for line in lines:
        keys = ["image", "probabilities", "beside", "prediction_set", "malignancy", "foreign"]
        keys += ["triage", "suspicious", "reasons"]
        assert list(line) == keys
        assert set(line["prediction_set"]) <= {*HAM10000.codes, *line["beside"]}
        assert set(line["probabilities"]) == set(HAM10000.codes)
        assert sum(line["probabilities"].values()) == pytest.approx(1)
        assert line["triage"] in ("refer", "watch", "retake", "no answer")


def test_classify_goes_on_after_a_file_it_cannot_read(tmp_path):
    shutil.copy(FRAMES / "ISIC_0024310.jpg", tmp_path / "a.jpg")
    (tmp_path / "b.jpg").write_bytes(b"rubbish")
    shutil.copy(FRAMES / "ISIC_0024310.jpg", tmp_path / "c.jpg")
    result = dermapoint("classify", "--json", tmp_path)
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.returncode == 1
    assert ["error" in line for line in lines] == [False, True, False]
    assert "b.jpg" in lines[1]["error"]


def test_classify_in_words_says_it_is_no_medical_device():
    result = dermapoint("classify", FRAMES / "ISIC_0024310.jpg")
    assert "not a medical device" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["classify", "EMPTY"], "no JPEG or PNG"),
        (["classify", "--bundle", "EMPTY", str(FRAMES)], "no model bundle"),
        (["run", "--demo", "--bundle", "EMPTY"], "no model bundle"),
        (["run", "--demo", "--settings", "EMPTY/none.toml"], "can't be read"),
        (["run", "--demo", "--port", "99999"], "'port'"),
        (["press", "--port", "1"], "dermapoint run"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_status_2(tmp_path, arguments, word):
    result = dermapoint(*[argument.replace("EMPTY", str(tmp_path)) for argument in arguments])
    assert result.returncode == 2
    assert word in result.stderr
    assert "Traceback" not in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ("port = 'x'\n", "'port'"),
        ("rubbish", "is not TOML"),
        ("bundle = '{tmp}/damaged'\n", "not the file"),
    ],
)
def test_a_daemon_that_cannot_start_says_why(tmp_path, settings, word):
    file = tmp_path / "settings.toml"
    file.write_text(settings.format(tmp=tmp_path))
    (tmp_path / "empty").mkdir()
    shutil.copytree(BUNDLE, tmp_path / "damaged")
    (tmp_path / "damaged/model.tflite").write_bytes(b"rubbish")
    result = dermapoint("run", "--demo", "--settings", file, "--state", tmp_path / "state")
    assert result.returncode == 2
    assert word in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_press_asks_the_running_daemon_and_doctor_sees_it(tmp_path):
    with running_daemon(tmp_path) as (port, process):
        answer = json.loads(dermapoint("press", "--json", "--port", port).stdout)
        assert answer["finding"]["triage"] in ("refer", "watch", "retake", "no answer")
        text = dermapoint("press", "--port", port).stdout
        assert "not a medical device" in text
        doctor = dermapoint("doctor", "--demo", "--port", port, "--state", tmp_path)
        assert doctor.returncode == 0, doctor.stdout
        assert "daemon: ready" in doctor.stdout
        second = dermapoint("run", "--demo", "--port", port, "--state", tmp_path / "other")
        assert second.returncode == 2
        assert "port" in second.stderr
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0


def test_what_was_announced_is_there_after_kill_9(tmp_path):
    with running_daemon(tmp_path) as (port, process):
        announced = json.loads(dermapoint("press", "--json", "--port", port).stdout)["id"]
        process.kill()
    with running_daemon(tmp_path) as (port, process):
        kept = ask(Settings(port=port), "GET", f"/api/v1/examinations/{announced}")
        assert kept["id"] == announced


def test_doctor_names_what_is_missing_and_what_to_do(tmp_path):
    result = dermapoint("doctor", "--bundle", tmp_path / "none", "--state", tmp_path, "--port", "1")
    assert result.returncode == 1
    assert "FAIL bundle" in result.stdout
    assert "ok   camera" in result.stdout


def test_version_and_help(capsys):
    for flag in ("--version", "--help"):
        with pytest.raises(SystemExit) as ended:
            main([flag])
        assert ended.value.code == 0
    assert "dermapoint" in capsys.readouterr().out
