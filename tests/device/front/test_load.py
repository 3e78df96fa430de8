"""`make page-load` in short: the same loads on the same nginx, with time-outs that a test can wait for."""

from device.front.configuration import Limits
from tests.device.front.support import Front
from tests.soak import load

SHORT = {"header_seconds": 2, "body_seconds": 2, "send_seconds": 2, "idle_seconds": 2}


def test_half_open_sockets_end_by_themselves_and_keep_nobody_waiting(tmp_path):
    with Front(tmp_path, **SHORT) as front:
        load.half_open(front, 40)


def test_connections_from_one_address_leave_the_page_and_the_press_to_others(tmp_path):
    with Front(tmp_path) as front:
        load.crowd(front, 40)


def test_pages_of_a_sleeping_phone_are_let_go(tmp_path):
    with Front(tmp_path, **SHORT) as front:
        load.sleepers(front)


def test_eight_tabs_of_one_browser_leave_room_for_a_ninth(tmp_path, chromium):
    with Front(tmp_path) as front:
        load.tabs(front, chromium)


def test_a_backup_that_is_larger_than_other_bodies_comes_back_over_https(tmp_path):
    with Front(tmp_path / "device") as front:
        load.restore(front, tmp_path, 1 << 20, (480, 640, 3))


def test_the_time_outs_in_use_are_such_that_a_phone_out_of_reach_is_waited_for():
    limits = Limits()
    assert limits.upload_seconds > limits.body_seconds
    assert limits.events_per_address > load.TABS
    # All tabs of a browser share one connection, with events and a live frame under way in each.
    assert limits.streams > 2 * load.TABS
    assert limits.requests_per_address > limits.streams
