"""Something to be said, before anybody words it: a code, and the values that belong to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any


@dataclass(frozen=True, init=False)
class Message:
    """What a person is to be told: `Message("over_threshold", malignancy=0.38, threshold=0.18)`.

    `device.words` has one English text for each code. Values are texts, numbers, truths, lists of
    them, or other messages; dates are texts as ISO 8601 writes them.
    """

    code: str
    values: Mapping[str, Any]

    def __init__(self, code: str, /, **values: Any) -> None:
        object.__setattr__(self, "code", code)
        object.__setattr__(self, "values", values)

    def __hash__(self) -> int:
        """By code: equal messages have equal codes."""
        return hash(self.code)


def joined(messages: Sequence[Message]) -> Message:
    """Several, at least one, as one."""
    return reduce(lambda first, second: Message("both", first=first, second=second), messages)


FORMER = "former_text"
"""The code of a sentence that was written down as such, by a version of before there were codes."""


def as_it_was(text: str) -> Message:
    """A sentence that was written down, as a message: it is shown as it is."""
    return Message(FORMER, text=text)
