"""What the fields of an opinion are called on the page."""

from device.checklist import Criterion
from device.examination import Triage
from device.words.marks import N_

CRITERIA = {
    Criterion.ATYPICAL_NETWORK: N_("Atypical pigment network: irregular meshes, thick lines"),
    Criterion.BLUE_WHITISH_VEIL: N_("Blue-whitish veil: a confluent blue area under a whitish haze"),
    Criterion.ATYPICAL_VESSELS: N_("Atypical vessels: linear and irregular, or dotted"),
    Criterion.IRREGULAR_STREAKS: N_("Irregular streaks at the border"),
    Criterion.IRREGULAR_DOTS: N_("Irregular dots or globules, of different sizes and unevenly spread"),
    Criterion.IRREGULAR_BLOTCHES: N_("Irregular blotches: black, brown or grey areas without structure"),
    Criterion.REGRESSION: N_("Regression: white scar-like or grey-blue peppered areas"),
}

STEPS = {
    Triage.REFER: N_("Refer: a dermatologist should see it"),
    Triage.WATCH: N_("Watch: look again later"),
    Triage.NO_ANSWER: N_("I can't tell"),
}
