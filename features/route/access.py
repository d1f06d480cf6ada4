"""The pages that exist before anyone has signed in, and the two that everybody has."""

from kernel import Declarations, MenuEntry

access = Declarations(
    menus=[
        MenuEntry("login", "Sign in", icon="mdi:login", constant=True, hidden=True, blank=True),
        MenuEntry("403", "No permission", icon="mdi:cancel", constant=True, hidden=True, blank=True),
        MenuEntry("404", "Not found", icon="mdi:map-marker-question", constant=True, hidden=True, blank=True),
        MenuEntry("500", "Server error", icon="mdi:server-off", constant=True, hidden=True, blank=True),
        MenuEntry("home", "Home", icon="mdi:monitor-dashboard", order=1),
        MenuEntry("user-center", "User center", icon="mdi:account-circle", order=99, hidden=True),
    ],
)
