"""What the fields of persons and lesions mean, in plain words."""

from device.records.values import Confirmation, Sex
from device.words.marks import N_

SEXES = {
    Sex.FEMALE: N_("Female"),
    Sex.MALE: N_("Male"),
    Sex.OTHER: N_("Other"),
    Sex.UNSAID: N_("Not said"),
}

SKIN_TYPES = {
    1: N_("Very fair skin: always burns in the sun, never tans"),
    2: N_("Fair skin: burns easily, tans a little"),
    3: N_("Light skin: burns at times, tans slowly"),
    4: N_("Olive skin: burns seldom, tans well"),
    5: N_("Brown skin: burns very seldom, tans deeply"),
    6: N_("Dark brown or black skin: hardly ever burns"),
}
"""Fitzpatrick's skin types (Arch. Dermatol. 124:869, 1988, doi:10.1001/archderm.1988.01670060015008)."""

CONFIRMED_BY = {
    Confirmation.HISTOPATHOLOGY: N_("histopathology"),
    Confirmation.FOLLOW_UP: N_("follow-up"),
    Confirmation.CONSENSUS: N_("consensus"),
    Confirmation.CONFOCAL: N_("confocal microscopy"),
}
"""In a word or two, behind a diagnosis."""

CONFIRMATIONS = {
    Confirmation.HISTOPATHOLOGY: N_("Histopathology: it was cut out and looked at under a microscope"),
    Confirmation.FOLLOW_UP: N_("Follow-up: it didn't change over time"),
    Confirmation.CONSENSUS: N_("Consensus: several experts agree on the picture"),
    Confirmation.CONFOCAL: N_("Confocal microscopy, with experts who agree"),
}
