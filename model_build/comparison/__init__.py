"""Training runs held side by side: measured one by one, then drawn and tabled together."""
