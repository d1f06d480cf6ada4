"""Human resources, the reference module: departments, employees and their tags.

HR owns who works where, as what, and since when. It does not own accounts: onboarding opens one through the kernel.
Others learn what happened from `events.py`. Rules that several use cases share stand in `employment.py`.
"""
