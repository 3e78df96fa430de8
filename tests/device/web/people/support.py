"""What these tests share."""

from device.records import Query

NOBODY = "0" * 16


def as_role(site, role):
    return site.client_with(site.access.tokens.add(role.title, role))


def last_actions(site, count=1):
    return [(entry.action, entry.object) for entry in site.access.audit.newest(count)]


def shown(site, examination_id):
    return site.records.search(Query(id=examination_id), 1)[0]
