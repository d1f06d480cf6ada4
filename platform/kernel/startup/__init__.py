"""What happens between the start of the process and the first request: check the database, synchronise permissions, open accounts, seed."""
