"""Reading rows: what a search asks for, the page that answers it, and which columns a record reads."""
