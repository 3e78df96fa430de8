"""Where templates and static files lie: in the folder of their room, and those of all rooms beside it.

device/web/templates/layout.html           "layout.html"
device/web/people/templates/lesion.html    "people/lesion.html"
device/web/static/style.css                /static/style.css
device/web/people/static/people.css        /static/people/people.css
"""

import posixpath
from pathlib import Path

from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader, PrefixLoader

TEMPLATES = "templates"
STATIC = "static"


def template_loader(web: Path) -> BaseLoader:
    """Finds templates below `web` by the names above."""
    rooms = {folder.parent.name: FileSystemLoader(folder) for folder in web.glob(f"*/{TEMPLATES}")}
    return ChoiceLoader([FileSystemLoader(web / TEMPLATES), PrefixLoader(rooms)])


def static_file(name: str) -> str:
    """The path, below the folder of the page, of what is asked for below /static/.

    Only what lies in some folder `static` can come out of it; whether it is there is another question.
    """
    room, _, file = name.rpartition("/")
    return posixpath.join(room, STATIC, file)
