"""What is needed of translations beside Babel's own commands (`make translations`)."""
