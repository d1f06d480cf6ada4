"""Signing in, and who one is. No tables of its own: users belong to the kernel's identity."""
