"""From pixels to a finding."""
