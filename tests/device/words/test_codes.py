"""Every code that is raised or said has a text, and the text gets the values that it names."""

import ast
from string import Formatter

import pytest

from device import errors
from device.words import TEXTS
from tests.conftest import ROOT

AFTER_ANOTHER = {"refuse", "Refused", "ValueRefusedError", "TakenError"}
"""What has its code behind a status or a field."""

SAID = AFTER_ANOTHER | {"Message"} | {name for name in vars(errors) if name.endswith("Error")}

OF_THE_KIND = {"TooManyTriesError": {"wait"}}
"""Values that an error's class gives."""


def codes():
    """Each place that names a code: the file, the line, the code, and the values that go with it."""
    for path in sorted((ROOT / "device").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            name = node.func.id
            place = 1 if name in AFTER_ANOTHER else 0
            if name not in SAID:
                continue
            code = node.args[place] if len(node.args) > place else None
            # A code that is put together of parts is known where it runs; a sentence has spaces.
            if isinstance(code, ast.Constant) or (
                isinstance(code, ast.JoinedStr) and " " in ast.unparse(code)
            ):
                given = {each.arg for each in node.keywords} | OF_THE_KIND.get(name, set())
                text = getattr(code, "value", ast.unparse(code))
                yield pytest.param(text, given, id=f"{path.relative_to(ROOT)}:{node.lineno}")


@pytest.mark.parametrize(("code", "given"), list(codes()))
def test_a_code_has_a_text_and_all_its_values(code, given):
    assert code in TEXTS
    if None in given:
        return
    texts = TEXTS[code] if isinstance(TEXTS[code], tuple) else (TEXTS[code],)
    named = {name for text in texts for _, name, _, _ in Formatter().parse(text) if name}
    assert named <= given
