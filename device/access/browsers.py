"""Browsers from which someone has entered: they have tries of their own.

So a stranger who guesses on the same Wi-Fi can slow strangers down, and not those who work here: the device
cookies of OWASP ("Slow Down Online Guessing Attacks with Device Cookies").
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode

from device.access.accounts import Accounts
from device.access.key import Key
from device.access.roles import Person


class Browsers:
    """Makes and reads the cookie that a browser keeps after its person has logged out.

    It names the account, signed with the device's key, and opens nothing: all browsers of an account
    share its tries.
    """

    def __init__(self, key: Key, accounts: Accounts) -> None:
        self._key, self._accounts = key, accounts

    def remember(self, person: Person) -> str:
        """The cookie for a browser from which `person` has entered."""
        return f"{urlsafe_b64encode(person.name.encode()).decode()}.{self._sign(person.name)}"

    def known_for(self, cookie: str) -> str | None:
        """The account that entered from the browser with this cookie; None where none did, or it is gone."""
        encoded, _, signature = cookie.partition(".")
        try:
            name = urlsafe_b64decode(encoded.encode()).decode()
        except ValueError:
            return None
        if not hmac.compare_digest(signature.encode(), self._sign(name).encode()):
            return None
        return name if any(person.name == name for person in self._accounts.people()) else None

    def _sign(self, name: str) -> str:
        return self._key.sign("browser", name)
