"""Compares libraries that describe an API from Python types, and can write the figures into a document.

`python -m tools.schema_libraries --into docs/api.md`. Each is measured in fresh processes beside Flask: what
its import, 47 routes and their description add to the memory, and take of the processor.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROUTES, RUNS = 47, 5
_BEGIN, _END = "<!-- schema libraries -->", "<!-- /schema libraries -->"

_AROUND = """
import json, time
from flask import Flask
Flask("before")
def memory():
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
before, begun = memory(), time.process_time()
{work}
print(json.dumps([memory() - before, time.process_time() - begun]))
"""

_WORK = {
    "APIFlask": """
from apiflask import APIFlask, Schema
from apiflask.fields import Integer, List, String
class Person(Schema):
    name, year, tags = String(), Integer(), List(String())
app = APIFlask("app")
for number in range(ROUTES):
    app.add_url_rule(f"/{number}", f"view{number}", app.output(Person)(lambda: {}))
with app.app_context():
    app.spec
""",
    "flask-smorest": """
import marshmallow
from flask_smorest import Api, Blueprint
class Person(marshmallow.Schema):
    name, year, tags = (marshmallow.fields.String(), marshmallow.fields.Integer(),
        marshmallow.fields.List(marshmallow.fields.String()))
app = Flask("app")
app.config.update(API_TITLE="t", API_VERSION="1", OPENAPI_VERSION="3.1.0")
api, room = Api(app), Blueprint("room", "room")
for number in range(ROUTES):
    def view(): return {}
    view.__name__ = f"view{number}"
    room.route(f"/{number}")(room.response(200, Person)(view))
api.register_blueprint(room)
with app.app_context():
    api.spec.to_dict()
""",
    "spectree": """
from pydantic import BaseModel
from spectree import Response, SpecTree
class Person(BaseModel):
    name: str
    year: int
    tags: list[str]
app, tree = Flask("app"), SpecTree("flask")
for number in range(ROUTES):
    def view(): return {}
    view.__name__ = f"view{number}"
    app.route(f"/{number}")(tree.validate(resp=Response(HTTP_200=Person))(view))
tree.register(app)
with app.app_context():
    tree.spec
""",
    "msgspec": """
import msgspec
from typing import TypedDict
app = Flask("app")
kinds = []
for number in range(ROUTES):
    kinds.append(TypedDict(f"Person{number}", {"name": str, "year": int, "tags": list[str]}))
    app.add_url_rule(f"/{number}", f"view{number}", lambda: {})
msgspec.json.schema_components(kinds)
""",
}


def main() -> None:
    """Install, measure, print, and write into the document that is named."""
    parser = argparse.ArgumentParser(prog="python -m tools.schema_libraries")
    parser.add_argument("--into", type=Path, metavar="FILE", help="a Markdown file with a place for them")
    given = parser.parse_args()
    lines = ["| library | memory, MB | processor, ms |", "|---|---|---|"]
    with tempfile.TemporaryDirectory() as folder:
        python = Path(folder) / "bin/python"
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "-qq", "flask", *_WORK], check=True)
        for name, work in _WORK.items():
            code = f"ROUTES = {ROUTES}\n" + _AROUND.format(work=work)
            runs = [json.loads(subprocess.check_output([python, "-c", code])) for _ in range(RUNS)]
            kilobytes, seconds = (statistics.median(each) for each in zip(*runs, strict=True))
            lines.append(f"| {name} | {kilobytes / 1024:.1f} | {1000 * seconds:.0f} |")
    table = "\n".join(lines)
    print(table)
    if given.into:
        head, _, rest = given.into.read_text().partition(_BEGIN)
        given.into.write_text(f"{head}{_BEGIN}\n{table}\n{_END}{rest.partition(_END)[2]}")


if __name__ == "__main__":
    main()
