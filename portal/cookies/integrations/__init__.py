"""Services that a tenant adds to its portal by their ID, without any code."""
