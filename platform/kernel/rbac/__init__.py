"""Who may pass: the door in front of every slice, and the menus, buttons and roles that modules declare."""
