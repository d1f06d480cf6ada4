"""The menus of the front end: those that everybody sees, and those of the signed-in user."""
