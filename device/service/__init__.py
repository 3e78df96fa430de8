"""What the daemon owes to the service manager: its state, its pulse, its log and why it ended."""
