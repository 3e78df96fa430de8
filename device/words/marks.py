"""Marks for `pybabel extract`, which finds the texts to be translated by these names."""


def N_(text: str) -> str:
    """A text that is translated when it is shown."""
    return text


def NN_(one: str, many: str) -> tuple[str, str]:
    """A text for one thing and one for many; the value `count` says how many they are."""
    return one, many
