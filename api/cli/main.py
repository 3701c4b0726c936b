"""``freehold``: the group of all commands, and what they have in common."""

import rich_click as click

from api.cli.migrate import migrate
from api.cli.operators import operators
from api.cli.serve import serve
from api.cli.setup import setup
from api.cli.tenants import tenants
from api.version import VERSION

__all__ = ["main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="freehold")
def main() -> None:
    """Freehold: a multi-tenant platform backend in which every tenant owns a database.

    Settings come from the environment and from .env in the current folder; .env.example lists them.
    """


for command in (serve, setup, migrate, operators, tenants):
    main.add_command(command)
