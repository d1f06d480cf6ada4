"""The pages of the system administrators, and the two general roles."""

from kernel import DataScope, Declarations, MenuEntry, RoleEntry

access = Declarations(
    menus=[
        MenuEntry(
            "manage",
            "System management",
            icon="mdi:cog",
            order=9,
            children=[
                MenuEntry("manage_user", "Users", icon="mdi:account-multiple", order=1),
                MenuEntry("manage_role", "Roles", icon="mdi:account-key", order=2),
                MenuEntry("manage_menu", "Menus", icon="mdi:menu", order=3),
                MenuEntry("manage_api", "APIs", icon="mdi:api", order=4),
                MenuEntry("manage_dictionary", "Dictionaries", icon="mdi:book-open-variant", order=5, hidden=True),
                MenuEntry(
                    "manage_user-detail",
                    "User details",
                    icon="mdi:account-details",
                    order=6,
                    hidden=True,
                    path_param="id",
                    active_menu="manage_user",
                ),
                MenuEntry("manage_radar", "Radar", icon="mdi:radar", order=7, href="/radar", disabled=True),
            ],
        ),
    ],
    roles=[
        RoleEntry(
            "R_ADMIN",
            "Administrator",
            desc="Holds every page, button and api that there is.",
            data_scope=DataScope.ALL,
            menus=["*"],
            buttons=["*"],
            apis=["*"],
        ),
        RoleEntry("R_USER", "User", desc="May sign in and see what is theirs.", menus=["home", "user-center"]),
    ],
)
