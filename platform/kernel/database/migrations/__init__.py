"""Tortoise's migrations, applied one process at a time, each whole or not at all."""
