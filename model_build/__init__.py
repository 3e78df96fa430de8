"""Dermapoint's model side: from HAM10000 to a bundle that the device loads."""
