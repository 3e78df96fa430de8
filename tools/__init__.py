"""What the project's own checks need, and no device."""
