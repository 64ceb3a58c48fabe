"""`portal cookies …`: the declared cookies of a tenant, and the providers known to all."""

import click


@click.group()
def cookies() -> None:
    """Move a tenant's cookie list in and out, and keep the providers that all tenants know."""
