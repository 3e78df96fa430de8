"""The sentences that a module of the device says, read from its code; f-strings become messages."""

import ast
import re
from collections.abc import Iterator

WHOLE = {
    "device/access/throttle.py": {"_in_words"},
    "device/classifier/changes.py": {"what_would_change"},
    "device/classifier/decision.py": {"triage", "_doubt"},
    "device/export/arriving.py": {"_take"},
    "device/export/jobs.py": {"_run"},
    "device/export/reading.py": {"_must"},
    "device/export/trust.py": {
        "told",
        "lines",
        "picture",
        "_check",
        "_check_directory",
        "_check_entries",
        "_read_manifest",
        "_read_sums",
    },
    "device/health/__init__.py": {"_look_at"},
    "device/preferences.py": {"_set_aside"},
    "device/records/__init__.py": {"trouble", "warnings"},
    "device/records/integrity.py": {"check_persons_and_lesions"},
    "device/records/arrivals.py": {"refuse", "differences"},
    "device/records/refusals.py": {"refusal"},
    "device/records/retention.py": {"plan"},
}
"""Functions of which every sentence is said to people."""

_SPEAKING = re.compile(r"\w*Error|abort|Health|_require|told|explain|refusal|error_of|_refuse|refuse")
_SILENT = ("join", "split", "get", "execute", "read", "exception", "info", "error")
_WORD = re.compile(r"[^\W\d_]{2}")
_PARTS = ("camera", "disk", "records", "temperature", "supply", "clock", "memory", "model", "backup")
"""Parts that a health check may be of; they stand alone."""


def calls(code: str) -> Iterator[tuple[str, str]]:
    """The literal texts, and their plurals or nothing, in calls of `gettext` and `ngettext`."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call) and _name(node.func) in ("gettext", "ngettext", "N_"):
            texts = [each.value for each in node.args[:2] if isinstance(each, ast.Constant)]
            told = [text for text in texts if isinstance(text, str)]
            if told:
                yield told[0], told[1] if _name(node.func) == "ngettext" else ""


def sentences(code: str, place: str) -> Iterator[str]:
    """What is raised, refused or told of health in `code`, and all that is said in `WHOLE[place]`."""
    tree = ast.parse(code)
    constants = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name in WHOLE.get(place, ()):
            for each in (*node.args.defaults, *node.body):
                if not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant)):
                    yield from _texts(each, constants)
        elif isinstance(node, ast.Call) and _SPEAKING.fullmatch(_name(node.func)):
            for argument in (*node.args, *(each.value for each in node.keywords)):
                yield from _texts(argument, constants)
        elif isinstance(node, ast.Assign) and (
            place.endswith("health/checks.py")
            or "fault" in ast.unparse(node.targets[0])
            or ast.unparse(node.targets[0]) == "what"
        ):
            yield from _texts(node.value, constants)


def _texts(node: ast.AST, constants: dict[str, object]) -> Iterator[str]:
    """The sentences in an expression or statement."""
    if isinstance(node, ast.Call) and _name(node.func) in _SILENT:
        return
    if isinstance(node, ast.JoinedStr):
        for value in node.values:
            if isinstance(value, ast.FormattedValue):
                yield from _texts(value.value, constants)
        text = _message(node)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        text = node.value
    elif isinstance(node, ast.Name) and isinstance(constants.get(node.id), str):
        text = str(constants[node.id])
    else:
        for child in ast.iter_child_nodes(node):
            yield from _texts(child, constants)
        return
    words = re.sub(r"%\(\w+\)s", "", text)
    if text in _PARTS or (" " in text.strip() and _WORD.search(words) and not words.startswith("SELECT ")):
        yield text.strip()


def _message(node: ast.JoinedStr) -> str:
    """An f-string as a message, with `%(name)s` for each value."""
    text, names = "", []
    for each in node.values:
        if isinstance(each, ast.FormattedValue):
            name = _placeholder(each.value)
            names.append(name)
            text += f"%({name}{names.count(name) if names.count(name) > 1 else ''})s"
        elif isinstance(each, ast.Constant):
            text += str(each.value).replace("%", "%%")
    return text


def _placeholder(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_placeholder(node.value)}_{node.attr}".lower().removeprefix("self_")
    if isinstance(node, ast.Name):
        return node.id.lower().strip("_")
    names = [each for each in ast.walk(node) if isinstance(each, ast.Name | ast.Attribute)]
    return _placeholder(names[-1]) if names else "value"


def _name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
