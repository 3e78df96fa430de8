"""How one comes in: the login, the certificate to trust, and the codes of Wi-Fi and page."""

from device.web.door import join, login, trust, upload

ROOMS = (
    login.room,
    trust.room,
    join.room,
    upload.room,
)
