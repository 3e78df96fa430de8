"""How the page is served by the settings: to this machine by the daemon alone, to others by nginx."""

import errno
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import device.web
from device.certificate import LEAF
from device.errors import DaemonError
from device.front.configuration import Site
from device.front.health import front
from device.front.nginx import Nginx, dismiss, running, serves, steer
from device.health import Checks
from device.service.repeat import Repeat
from device.settings import Settings
from device.web.guard import HEADERS
from device.web.routing import WebApp
from device.web.server import keep_bodies_in, listen, serve, serve_behind
from device.web.upload import LARGEST_BODY

FOLDER, SOCKET = "front", "page.sock"
"""Names in the runtime folder of the service, where the unit of nginx and `explain` look for them."""

_LOOK_SECONDS = 2.0
_PATIENCE_SECONDS = 8.0
"""More than the unit of nginx may take to stop (TimeoutStopSec)."""


@contextmanager
def open_page(app: WebApp, settings: Settings, checks: Checks) -> Iterator[Any]:
    """A server to `run()`; it is closed, and nginx with it, at the end. `checks` looks after nginx too.

    Raises DaemonError when the address is taken or nginx is missing.
    """
    with ExitStack() as stack:
        keep_bodies_in(settings.state)
        if settings.local or settings.front == "none":
            if settings.front == "unit":
                _dismiss(_runtime() / FOLDER)
            bound = None if settings.local else LARGEST_BODY
            server = serve(app, settings.host, settings.port, bound)
        elif settings.front == "unit":
            runtime = _runtime()
            server = _behind_unit(app, settings, runtime)
            checks.add("front", partial(front, runtime / FOLDER))
        else:
            server = stack.enter_context(_behind_child(app, settings, checks))
        stack.callback(server.close)
        yield server


def site_for(app: WebApp, settings: Settings, folder: Path, **paths: Any) -> Site:
    """What nginx serves of `app`, from its own `folder`; `paths` are those of Site that are not told here."""
    return Site(
        host=settings.host,
        port=settings.port,
        folder=folder,
        web=Path(device.web.__file__).parent,
        uploads=tuple(app.uploads()),
        headers=HEADERS,
        proxy=settings.proxy,
        # As root, nginx would take another user, who may read neither key nor files.
        user="root" if os.geteuid() == 0 else "",
        **paths,
    )


def _behind_unit(app: WebApp, settings: Settings, runtime: Path) -> Any:
    folder = runtime / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    site = site_for(
        app,
        settings,
        folder,
        socket=runtime / SOCKET,
        certificate=runtime / LEAF,
    )
    _refuse_taken(site)
    server = serve_behind(app, site.socket)
    steer(site)
    return server


@contextmanager
def _behind_child(app: WebApp, settings: Settings, checks: Checks) -> Iterator[Any]:
    # The path of a socket may have 108 bytes (unix(7)), and that of the state folder more.
    folder = Path(tempfile.mkdtemp(prefix="dermapoint-", dir="/tmp"))
    try:
        listen(settings.host, settings.port).close()
        site = site_for(
            app,
            settings,
            folder,
            socket=folder / SOCKET,
            certificate=settings.state / "certificate" / LEAF,
        )
        server = serve_behind(app, site.socket)
        try:
            checks.add("front", partial(front, folder))
            with Nginx(site) as nginx, Repeat(nginx.look, _LOOK_SECONDS, "nginx"):
                yield server
        except BaseException:
            server.close()
            raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _refuse_taken(site: Site) -> None:
    """Raise DaemonError when another program has the address, so that a page can say so elsewhere.

    An nginx that is started anew, as with a new release, has it for a while and is not to be seen.
    """
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not serves(site):
        try:
            listen(site.host, site.port).close()
            return
        except DaemonError as error:
            # The unit may have ports below 1024, and the daemon may not.
            if getattr(error.__cause__, "errno", None) == errno.EACCES:
                return
            if time.monotonic() > deadline:
                raise
        time.sleep(0.1)


def _dismiss(folder: Path) -> None:
    dismiss(folder)
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while running(folder) and time.monotonic() < deadline:
        time.sleep(0.05)


def _runtime() -> Path:
    folder = os.environ.get("RUNTIME_DIRECTORY", "").partition(":")[0]
    if not folder:
        raise DaemonError("front_needs_systemd")
    return Path(folder)
