"""Who is calling: passwords, tokens, the lock on guessing, and the actor behind a token."""
