"""The page over real parts, in the test's own process."""

from device.access import open_access
from device.announcer import Announcer
from device.camera.ring import FrameRing
from device.classifier import load_classifier
from device.classifier.bundle import load_bundle
from device.examiner import Examiner
from device.export.jobs import Jobs
from device.optics import OpticsStore
from device.preferences import Preferences
from device.records import Records
from device.settings import Sources
from device.web import About, Services, create_app
from tests.conftest import BUNDLE
from tests.support import StillCamera, client_with

ABOUT = About("1.2.3", "test model", "test engine", "# The card <script>")


class Site:
    """The page over real parts, without a daemon."""

    def __init__(self, folder, *frames):
        self.folder, self.camera = folder, StillCamera(*frames)
        self.ring, self.announcer = FrameRing(), Announcer()
        self.records = Records(folder)
        self.examiner = Examiner(self.camera, load_classifier(BUNDLE), self.records, self.announcer)
        self.access = open_access(folder)
        self.access.admit_local("local secret")
        self.app = self.build()
        self.client = self.client_with("local secret")

    def services(self, **options):
        """What the page stands on; `options` take the place of some of it."""
        parts = {
            "examiner": self.examiner,
            "records": self.records,
            "ring": self.ring,
            "announcer": self.announcer,
            "about": ABOUT,
            "access": self.access,
            "jobs": Jobs(self.folder),
            "preferences": Preferences(Sources(overrides={"state": self.folder})),
            "optics": OpticsStore(self.folder),
            "source": self.camera,
            "bundle": load_bundle(BUNDLE),
        }
        return Services(**parts | options)

    def build(self, **options):
        """Another page over the same parts."""
        return create_app(self.services(**options))

    def client_with(self, token):
        return client_with(self, token)

    def close(self):
        self.records.close()
        self.access.close()
