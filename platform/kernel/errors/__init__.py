"""What goes wrong, said to whom: codes and refusals to a client, operator errors to the person who runs the app."""
