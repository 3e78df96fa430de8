"""The page over real parts, in the test's own process."""

from device.access import open_access
from device.announcer import Announcer
from device.camera.ring import FrameRing
from device.classifier import load_classifier
from device.examiner import Examiner
from device.records import Records
from device.web import About, Parts, create_app
from tests.conftest import BUNDLE
from tests.support import StillCamera, client_with

ABOUT = About("1.2.3", "test model", "test engine", "# The card <script>", "test camera")


class Site:
    """The page over real parts, without a daemon."""

    def __init__(self, folder, frame):
        self.camera = StillCamera(frame)
        self.ring, self.announcer = FrameRing(), Announcer()
        self.records = Records(folder)
        self.examiner = Examiner(self.camera, load_classifier(BUNDLE), self.records, self.announcer)
        self.access = open_access(folder)
        self.access.admit_local("local secret")
        self.app = create_app(
            Parts(self.examiner, self.records, self.ring, self.announcer, ABOUT, self.access)
        )
        self.client = self.client_with("local secret")

    def client_with(self, token):
        return client_with(self, token)
