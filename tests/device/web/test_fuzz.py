"""Whatever is sent, the API answers as its description says, and never with a fault of its own.

`make fuzz` asks for longer.
"""

import os

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from device.app import build_app
from device.settings import Settings
from device.web import ROOMS
from device.web.openapi import routes
from device.web.routing import WebApp
from device.web.services import provided

FEW = 12
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", FEW))
TOKEN = "the fuzzer's own"
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
ENDLESS = {("GET", "/api/v1/events")}


def described():
    """Methods and paths of the API, which pytest needs before there is a device."""
    app = WebApp("device.web")
    for room in ROOMS:
        room.join(app)
    return {(route.method, route.path) for route in routes(app)}


@pytest.fixture(scope="module")
def api(tmp_path_factory):
    state = tmp_path_factory.mktemp("fuzz")
    with build_app(Settings(mock_pins=True, state=state, frame_rate=20)) as house:
        house.ring.newest()
        house.access.admit_local(TOKEN)
        house.examiner.press()
        # No code comes into this view: what is tested is the answer, not the patience.
        provided(house.app).codes.seconds = 0.1
        yield schemathesis.openapi.from_wsgi("/api/v1/openapi.json", house.app)


@pytest.mark.parametrize(("method", "path"), sorted(described() - ENDLESS))
def test_every_answer_is_as_described(api, method, path):
    operation = api[path][method]

    # Half of them with what the description doesn't allow.
    @given(
        case=st.one_of(
            operation.as_strategy(),
            operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
        )
    )
    @settings(
        max_examples=EXAMPLES,
        derandomize=EXAMPLES == FEW,
        database=None,
        deadline=None,
        # A smaller example is of little use here, and takes long.
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case):
        case.call_and_validate(headers={"Authorization": f"Bearer {TOKEN}"}, checks=CHECKS)

    ask()
