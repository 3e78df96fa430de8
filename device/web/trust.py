"""How a phone or computer comes to trust the device's certificate, open to all and without encryption."""

from http import HTTPStatus

from flask import Response, abort, render_template, request

from device.certificate import Certificate
from device.web.routing import Room

FILE = "dermapoint.crt"


def blueprint(certificate: Certificate | None) -> Room:
    """`/trust` and the certificate to download; without one the page is served on this machine alone."""
    trust = Room("trust", __name__)

    @trust.get("/trust", role=None, audit=None, plain=True)
    def page() -> str:
        fingerprint = certificate.fingerprint if certificate else None
        return render_template("trust/page.html", fingerprint=fingerprint, host=request.host)

    @trust.get(f"/trust/{FILE}", role=None, audit=None, plain=True)
    def download() -> Response:
        if certificate is None:
            abort(HTTPStatus.NOT_FOUND, "the page is served on this machine alone, without a certificate")
        answer = Response(certificate.authority, content_type="application/x-x509-ca-cert")
        answer.headers["Content-Disposition"] = f'attachment; filename="{FILE}"'
        return answer

    return trust
