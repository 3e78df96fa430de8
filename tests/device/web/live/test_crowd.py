"""Ten phones look on while one presses."""

import json
import threading
import urllib.request

VIEWERS = 10


def _hear(request, heard, listening):
    """Note the id of the first examination among the events; every other one takes live views meanwhile."""
    with urllib.request.urlopen(request("/api/v1/events"), timeout=30) as stream:
        listening.wait(timeout=30)
        kind = ""
        for line in stream:
            name, _, value = line.decode().strip().partition(": ")
            if name == "event":
                kind = value
            elif name == "data" and kind == "examination":
                heard.append(json.loads(value)["id"])
                return


def _look(request, stop, seen):
    while not stop.is_set():
        with urllib.request.urlopen(request("/live.jpg"), timeout=30) as answer:
            seen.append(answer.status)


def test_all_hear_of_the_finding_and_none_keeps_it_waiting(house, settings):
    _, secret = house.access.enter(house.access.accounts.first_pin(), "127.0.0.1")

    def request(path, method="GET"):
        address = f"http://127.0.0.1:{settings.port}{path}"
        return urllib.request.Request(address, method=method, headers={"Cookie": f"dermapoint={secret}"})

    heard, seen, stop = [], [], threading.Event()
    listening = threading.Barrier(VIEWERS + 1)
    hearers = [threading.Thread(target=_hear, args=(request, heard, listening)) for _ in range(VIEWERS)]
    lookers = [threading.Thread(target=_look, args=(request, stop, seen)) for _ in range(VIEWERS)]
    for thread in (*hearers, *lookers):
        thread.start()
    listening.wait(timeout=30)

    with urllib.request.urlopen(request("/api/v1/press", "POST"), timeout=30) as answer:
        examination = json.load(answer)

    for hearer in hearers:
        hearer.join(timeout=30)
    stop.set()
    for looker in lookers:
        looker.join(timeout=30)
    assert heard == [examination["id"]] * VIEWERS
    assert set(seen) == {200}
