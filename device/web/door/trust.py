"""How a phone or computer comes to trust the device's certificate, open to all and without encryption."""

from http import HTTPStatus

from flask import Response, render_template, request

from device.web.refusal import refuse
from device.web.routing import Room
from device.web.services import services

FILE = "dermapoint.crt"


room = Room("trust", __name__)


@room.get("/trust", role=None, audit=None, plain=True)
def page() -> str:
    """How to trust the device's certificate."""
    certificate = services().certificate
    fingerprint = certificate.fingerprint if certificate else None
    return render_template("door/trust.html", fingerprint=fingerprint, host=request.host)


@room.get(f"/trust/{FILE}", role=None, audit=None, plain=True)
def download() -> Response:
    """The certificate of the authority that the device made for itself."""
    certificate = services().certificate
    if certificate is None:
        refuse(HTTPStatus.NOT_FOUND, "no_certificate_here")
    answer = Response(certificate.authority, content_type="application/x-x509-ca-cert")
    answer.headers["Content-Disposition"] = f'attachment; filename="{FILE}"'
    return answer
