"""Who may do what: users, roles, menus, buttons and apis. The built-in modules manage them; others use `accounts`."""
