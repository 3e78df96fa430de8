"""What a finding says: its triage, why it is that, what would change it, and what the hand should do."""

from device.words.marks import N_

TEXTS = {
    "refer": N_("Refer"),
    "refer_advice": N_("Have a dermatologist look at this lesion."),
    "watch": N_("Watch"),
    "watch_advice": N_("Look again in some weeks; if it changes, itches or bleeds, see a doctor."),
    "retake": N_("Take it again"),
    "retake_advice": N_("This picture can't be judged."),
    "suspicious": N_("Suspicious all the same"),
    "opinion_first": N_("Your opinion first"),
    "opinion_first_advice": N_("Say what you think; then the finding is shown."),
    "no_answer": N_("No answer"),
    "no_answer_advice": N_("The device can't tell. If in doubt, see a doctor."),
    # Why
    "over_threshold": N_(
        "The probability of a malignant or pre-malignant lesion is {malignancy:percent threshold}; "
        "from {threshold:threshold malignancy} on a dermatologist should see it."
    ),
    "not_ruled_out": N_(
        "{classes} can't be ruled out, though the probability of a malignant or pre-malignant lesion is "
        "{malignancy:percent threshold}, below the {threshold:threshold malignancy} from which the device "
        "refers by itself: a dermatologist should see it."
    ),
    "below_threshold": N_(
        "The probability of a malignant or pre-malignant lesion is {malignancy:percent threshold}, "
        "below the {threshold:threshold malignancy} from which the device refers."
    ),
    "no_class_likely": N_(
        "No class reaches a probability of {least:percent}: the device can't tell which it is."
    ),
    "none_of_the_classes": N_(
        "It is likelier to be none of the {count} kinds of lesion that the device knows than any one of "
        "them: the device can't tell what it is."
    ),
    "foreign": N_(
        "This doesn't look like a dermatoscope picture of a lesion: rest the lens on the skin, over the "
        "lesion, and press again."
    ),
    "foreign_short": N_("It doesn't look like a dermatoscope picture of a lesion."),
    "no_better_refer": N_(
        "If the picture can't be made better, have a dermatologist look at the lesion in spite of it."
    ),
    "no_better_see_doctor": N_("If the picture can't be made better, have a doctor look at the lesion."),
    # What would change it
    "change_below_threshold": N_(
        "Below {threshold:threshold malignancy} of being malignant or pre-malignant it would not be "
        "referred; it is {malignancy:percent threshold}."
    ),
    "change_not_ruled_out": N_("Were {classes} ruled out, it would not be referred."),
    "change_over_threshold": N_(
        "From {threshold:threshold malignancy} of being malignant or pre-malignant on it would be "
        "referred; it is {malignancy:percent threshold}."
    ),
    "change_likelier": N_(
        "One class with at least {least:threshold highest} would give an answer; the likeliest has "
        "{highest:percent least}."
    ),
    "change_distance": N_("The second likeliest class is {points} points of probability behind the first."),
    # To the hand
    "too_dark": N_("Too dark: take off the lens cap or turn on the light."),
    "too_bright": N_("Too bright: turn the light down or keep the sun off the lens."),
    "glare": N_("Reflections: use the polariser or gel, and rest the lens on the skin."),
    "not_sharp": N_(
        "Not sharp: rest the lens on the skin, turn it until the lesion is sharp, and hold still."
    ),
    "colour_cast": N_(
        "The colours are off: use the device's own light; or lay a white card under the lens, and run "
        "`dermapoint calibrate white`."
    ),
    "not_focused": N_(
        "The camera could not focus: rest the lens flat on the skin, hold still, and press again."
    ),
    "not_exposed": N_("The light was still changing: rest the lens flat on the skin, and press again."),
    "lesion_cut": N_("The lesion seems to go beyond the picture: move back, or to its middle."),
    "off_centre": N_("Move the lesion to the middle."),
}
