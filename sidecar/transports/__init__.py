"""How messages reach a client and come from it."""
