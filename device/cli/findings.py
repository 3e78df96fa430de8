"""Findings as commands print them."""

from device.examination import Finding
from device.words import probability


def shares(finding: Finding) -> list[str]:
    """The likeliest classes with their probabilities, and what is beside them."""
    ranked = [*finding.likeliest(), *finding.beside.items()]
    return [f"{finding.name_of(code)} {probability(share)}" for code, share in ranked]
