"""What people are told about: it listens to what other modules publish, and tells it.

For now it tells the log. It owns no tables and no URLs.
"""
