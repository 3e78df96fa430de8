"""The three roles, and who has them."""

from dataclasses import dataclass
from enum import IntEnum

from device.errors import AccessError

LONGEST_NAME = 40


class Role(IntEnum):
    """What someone may do; each may also what those below may."""

    VIEWER = 1
    """Look at findings and pictures."""
    EXAMINER = 2
    """Press, and write into the records."""
    OWNER = 3
    """Change settings, people and tokens; export and delete; read the audit log."""

    @property
    def title(self) -> str:
        """Its name in small letters, which is also the code of what it is called."""
        return self.name.lower()


@dataclass(frozen=True)
class Person:
    """Someone, or some program, that has entered."""

    name: str
    role: Role

    def may(self, needed: Role) -> bool:
        """True when `needed` is this role or one below."""
        return self.role >= needed


def check_name(name: str) -> None:
    """Raise AccessError unless someone, or some token, can be called so."""
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable() or "/" in name:
        raise AccessError("name_refused", longest=LONGEST_NAME)
