"""Whether names may leave."""

from device.errors import ExportError
from device.export.order import Order
from device.records import Records
from device.records.consents import Scope

_MOST_NAMED = 5


def check_consent(records: Records, order: Order) -> None:
    """Raise ExportError when the order is with names, and someone whom it shows didn't agree to that."""
    if not order.named:
        return
    whom = records.whom(order.query)
    missing = records.consents.missing(whom, Scope.REFERRAL)
    if missing:
        names = [whom[person] for person in missing[:_MOST_NAMED]]
        raise ExportError("consent_missing", whom=[*names, *(["…"] if missing[_MOST_NAMED:] else [])])
