"""What a tenant added to its pages by ID, as they load it: gated, and from its hosts alone."""
