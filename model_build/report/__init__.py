"""Everything that was measured, as one page and its plots."""
