"""Users, roles, menus and apis, as administrators manage them. The tables belong to the kernel's identity."""
