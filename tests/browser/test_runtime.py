"""The third-party runtime: what the lock names, and no other."""

import hashlib

from browser.runtime import FOLDER, packages, runtime_files, unpacked
from tests.conftest import ROOT


def test_every_file_is_the_one_of_the_lock():
    for package in packages():
        for name, file in package.files.items():
            assert hashlib.sha256(unpacked(name)).hexdigest() == file.sha256, name


def test_no_file_lies_there_that_the_lock_does_not_name():
    named = {f"{name}.gz" for package in packages() for name in package.files}
    assert {path.name for path in FOLDER.iterdir()} == named | {"lock.json"}


def test_modules_import_one_another_by_address():
    files = dict(runtime_files())
    assert b'from "@' not in files["litert.js"]
    assert b'from "./wasm-utils.js"' in files["litert.js"]


def test_the_licences_stand_in_the_notice():
    notice = (ROOT / "NOTICE").read_text()
    for package in packages():
        assert package.name in notice
        assert package.licence == "Apache-2.0"
