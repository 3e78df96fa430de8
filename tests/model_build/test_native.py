"""What libraries write past Python is kept from between the lines of a command."""

import os
import subprocess
import sys

from model_build.native import messages_into

WRITES = """
import os, sys
from pathlib import Path
from model_build.native import messages_into
with messages_into(Path(sys.argv[1])):
    os.write(2, b"a note of a library\\n")
    print("progress", file=sys.stderr)
print("after", file=sys.stderr)
os.write(2, b"the end\\n")
"""


def test_a_note_of_a_library_goes_to_the_file_and_progress_to_the_screen(tmp_path):
    file = tmp_path / "messages.txt"
    done = subprocess.run([sys.executable, "-c", WRITES, file], capture_output=True, text=True, check=True)
    assert done.stderr == "progress\nafter\nthe end\n"
    assert file.read_text() == "a note of a library\n"


def test_later_notes_follow_the_earlier_ones(tmp_path):
    file = tmp_path / "messages.txt"
    for note in (b"one\n", b"two\n"):
        with messages_into(file):
            os.write(2, note)
    assert file.read_text() == "one\ntwo\n"
