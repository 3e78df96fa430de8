import queue
import threading

import pytest

from device.announcer import Announcer, Event
from tests.support import heard

FRAME = Event("quality", {"focus": 0.5})


def test_two_threads_announce_to_a_stalled_listener_and_neither_fails():
    announcer, faults = Announcer(), []

    def announce():
        try:
            for _ in range(3000):
                announcer.announce(FRAME)
        except Exception as error:
            faults.append(error)

    with announcer.listen() as stalled, announcer.listen() as reading:
        threads = [threading.Thread(target=announce) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=30)
        assert faults == []
        assert stalled.dropped
        assert heard(stalled) == []
        assert reading.dropped
    assert announcer.listeners == 0


def test_a_listener_that_keeps_up_hears_all_beside_one_that_stalls():
    announcer, count = Announcer(), 0
    with announcer.listen() as stalled, announcer.listen() as reading:
        for _ in range(100):
            announcer.announce(FRAME)
            count += len(heard(reading))
        assert count == 100
        assert stalled.dropped
        assert announcer.listeners == 1


def test_a_function_that_fails_does_not_end_the_thread_that_announces(caplog):
    announcer, received = Announcer(), []
    announcer.also_tell(lambda event: 1 / 0)
    announcer.also_tell(received.append)
    announcer.announce(FRAME)
    assert received == [FRAME]
    assert "ZeroDivisionError" in caplog.text


def test_a_listener_waits_until_it_is_told_or_woken():
    announcer = Announcer()
    with announcer.listen() as listener:
        later = threading.Timer(0.05, announcer.announce, [FRAME])
        later.start()
        assert listener.get(timeout=10) == FRAME
        later = threading.Timer(0.05, listener.wake)
        later.start()
        with pytest.raises(queue.Empty):
            listener.get(timeout=10)
