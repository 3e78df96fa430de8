"""What the page refuses by itself, with the status that goes with it."""

from http import HTTPStatus
from typing import Any, NoReturn

from device.errors import DermapointError


class Refused(DermapointError):
    """A request that can't be answered; `status` is that of the answer."""

    def __init__(self, status: HTTPStatus, code: str, /, **values: Any) -> None:
        super().__init__(code, **values)
        self.status = status


def refuse_for(status: HTTPStatus, error: DermapointError) -> NoReturn:
    """Answer with a status and what an error says."""
    raise Refused(status, error.message.code, **error.message.values) from error


def refuse(status: HTTPStatus, code: str, /, **values: Any) -> NoReturn:
    """Answer with a status and the text of a code: `refuse(HTTPStatus.NOT_FOUND, "no_such_export")`."""
    raise Refused(status, code, **values)
