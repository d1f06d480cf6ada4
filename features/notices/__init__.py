"""Notices: an inbox for everybody who signs in, with what concerns them of the facts that HR tells.

It owns the notices and who has read them. HR does not know of it, and it asks HR nothing: a fact says whom it concerns.
There is no page, no button and no role here: an inbox is one's own, and hangs on the frame of every page. Delete the
folder, and nothing else misses it.
"""
