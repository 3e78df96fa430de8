"""What this device is called in a network: a name of its own, so that two of them don't meet."""

import hashlib
import uuid
from pathlib import Path

_MACHINE_ID = Path("/etc/machine-id")
_DIGITS = 5
"""Two of fifty devices in one network have the same with a probability of 0.1 %."""


def own_name(machine_id: Path = _MACHINE_ID) -> str:
    """Its name in multicast DNS (RFC 6762), the same at each start; systemd/dermapoint-name makes the same.

    It comes from the machine's id, which is to be told to nobody as it is (machine-id(5)); where there is
    none, from the address of a network card.
    """
    try:
        of = machine_id.read_text().strip()
    except (OSError, ValueError):
        of = ""
    digest = hashlib.sha256(f"dermapoint {of or uuid.getnode()}".encode()).hexdigest()
    return f"dermapoint-{digest[:_DIGITS]}.local"
