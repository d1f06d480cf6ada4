"""Authorization: the access rule of every slice, and the menus, buttons and roles that modules declare."""
