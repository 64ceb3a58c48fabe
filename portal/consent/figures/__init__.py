"""How often people were asked, and what they answered: counted as it happens, never estimated."""
