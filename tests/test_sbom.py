"""The bill of materials: all that is in, with its licence."""

import re
from importlib.metadata import PackageNotFoundError, distribution

from device.licences import enclosed
from tools.sbom import LOCK, bill_of_materials


def is_installed(name):
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


def test_it_names_all_that_the_lock_names_and_what_lies_in_the_package():
    written = bill_of_materials()["components"]
    named = re.findall(r"^(\S+)==(\S+)", LOCK.read_text(), re.MULTILINE)
    assert len(named) > 20
    assert set(named) <= {(each["name"], each.get("version")) for each in written}
    assert {each.name for each in enclosed()} <= {each["name"] for each in written}
    assert len({each["bom-ref"] for each in written}) == len(written)


def test_a_licence_is_missing_only_of_what_this_machine_has_no_use_for():
    unknown = [each["name"] for each in bill_of_materials()["components"] if "licenses" not in each]
    assert [name for name in unknown if is_installed(name)] == []


def test_the_same_sources_give_the_same_bill():
    assert bill_of_materials() == bill_of_materials()
