"""What happens between the start of the process and the first request: check, reconcile, seed."""
