"""The page as files."""

import json
import re
import shutil

import pytest

from browser.site import SOURCES, build_site, read
from browser.words import FOLDER, words
from device.classifier.bundle import load_bundle, write_manifest
from device.errors import BundleError
from device.words import LANGUAGES
from model_build.cli import main
from tests.conftest import BUNDLE

FIRST_LOAD = 6_000_000


def keeper(files):
    """The version and the files that the service worker keeps."""
    version, names = read(files["service-worker.js"]).decode().splitlines()[:2]
    return json.loads(version.split(" = ")[1].rstrip(";")), json.loads(names.split(" = ")[1].rstrip(";"))


def test_the_service_worker_keeps_every_file_but_itself(bundle):
    files = build_site(bundle)
    _, kept = keeper(files)
    assert set(kept) == set(files) - {"service-worker.js"}


def test_a_first_load_is_under_6_mb_with_either_of_the_runtimes(bundle):
    files = {name: len(read(content)) for name, content in build_site(bundle).items()}
    for other in ("_compat_internal", "wasm_internal"):
        assert sum(size for name, size in files.items() if other not in name) < FIRST_LOAD


def test_another_bundle_is_another_version_and_only_its_files_differ(bundle, tmp_path):
    folder = shutil.copytree(BUNDLE, tmp_path / "bundle")
    write_manifest(
        folder, "other", bundle.classes, bundle.side, bundle.rules, bundle.self_test.probabilities, {}
    )
    (version, kept), (other, kept_then) = keeper(build_site(bundle)), keeper(build_site(load_bundle(folder)))
    assert version != other
    assert {name for name in kept if kept[name] != kept_then[name]} == {"site.json"}


def test_a_bundle_with_a_model_that_no_browser_can_run_is_refused(bundle, tmp_path):
    folder = shutil.copytree(BUNDLE, tmp_path / "bundle")
    (folder / "model.tflite").write_bytes(b"\0\0\0\0TFL3 and no more")
    write_manifest(
        folder, "other", bundle.classes, bundle.side, bundle.rules, bundle.self_test.probabilities, {}
    )
    with pytest.raises(BundleError, match="no browser can run it"):
        build_site(load_bundle(folder))


def test_every_text_is_there_in_every_language_with_the_same_values():
    texts = words()["texts"]
    assert set(texts) == set(LANGUAGES)
    for own in texts.values():
        assert set(own) == set(texts["en"])
        for key, text in own.items():
            assert set(re.findall(r"\{.*?\}", text)) == set(re.findall(r"\{.*?\}", texts["en"][key])), text


def test_a_language_without_texts_of_the_page_says_them_in_english(monkeypatch, tmp_path):
    shutil.copy(FOLDER / "en.json", tmp_path)
    monkeypatch.setattr("browser.words.FOLDER", tmp_path)
    texts = words()["texts"]
    assert json.loads((FOLDER / "en.json").read_text("utf-8")).items() <= texts["nl"].items()
    assert texts["nl"]["notice"] != texts["en"]["notice"]


def test_no_text_of_the_device_takes_the_key_of_an_own_one():
    own = json.loads((FOLDER / "en.json").read_text("utf-8"))
    assert own.items() <= words()["texts"]["en"].items()


@pytest.mark.parametrize("language", ["de", "es", "fr", "nl"])
def test_no_own_text_is_left_in_english(language):
    english, own = (json.loads((FOLDER / f"{each}.json").read_text("utf-8")) for each in ("en", language))
    assert [key for key in english if own[key] == english[key]] == []


def test_every_key_that_the_page_says_is_a_text():
    source = "\n".join(path.read_text() for path in SOURCES.glob("*.[jh]*"))
    said = re.findall(r"(?:say|tell)\('(\w+)'", source) + re.findall(r'data-(?:text|label)="(\w+)"', source)
    assert len(said) > 25
    assert set(said) <= set(words()["texts"]["en"])


def test_the_command_writes_a_site(tmp_path, capsys):
    assert main(["site", "--out", str(tmp_path / "site")]) == 0
    assert "any web server" in capsys.readouterr().out
    assert (tmp_path / "site/index.html").exists()


def test_the_command_refuses_a_folder_that_is_no_bundle(tmp_path, capsys):
    assert main(["site", "--out", str(tmp_path / "site"), "--bundle", str(tmp_path)]) == 2
    assert "no model bundle there" in capsys.readouterr().err
