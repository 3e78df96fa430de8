"""Who may enter, and the audit log, as programs send and get them."""

from typing import Annotated, TypedDict

from msgspec import Meta

from device.access import Role
from device.access.roles import LONGEST_NAME

Name = Annotated[str, Meta(min_length=1, max_length=LONGEST_NAME)]
RoleTitle = Annotated[str, Meta(extra_json_schema={"enum": [role.title for role in Role]})]


class NewEntry(TypedDict):
    """Someone, or some program, to let in."""

    name: Name
    role: RoleTitle


class Account(TypedDict):
    """Someone, or some program, that may enter."""

    name: str
    role: RoleTitle


class Accounts(TypedDict):
    """People, by name."""

    accounts: list[Account]


class Tokens(TypedDict):
    """Programs, by name."""

    tokens: list[Account]


class NewPin(TypedDict):
    """A PIN, shown once."""

    name: str
    pin: str


class NewAccount(Account):
    """A new account with its PIN, shown once."""

    pin: str


class NewToken(Account):
    """A new token, shown once."""

    token: str


class AuditQuery(TypedDict, total=False):
    """Which entries."""

    before: Annotated[int, Meta(description="The number of an entry: only older ones.", ge=0, le=2**63 - 1)]


class AuditEntry(TypedDict):
    """Who did what."""

    number: int
    written_at: str
    who: str
    action: str
    object: str
    hash: str


class AuditLog(TypedDict):
    """The newest entries first, and where the chain breaks."""

    entries: Annotated[list[AuditEntry], Meta(max_length=100)]
    broken_at: Annotated[
        int | None, Meta(description="The first entry that was changed or follows a missing one.")
    ]
