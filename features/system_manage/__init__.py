"""Users, roles, menus, apis and dictionaries, as administrators manage them. All but the dictionaries are tables of the kernel's identity."""
