"""``freehold completion``: shell completion of commands, options and tenants."""

import asyncio

import rich_click as click
from click.shell_completion import CompletionItem, get_completion_class

from api.central_services import central_services
from api.cli.session import ENV_FILE
from central.database import CENTRAL
from central.errors import CentralError
from central.settings.settings import Settings, read_env_file
from piccolo_engines.errors import DatabaseError

__all__ = ["completion", "tenant_slugs"]

_MOST = 50
_HOW = {
    "bash": 'eval "$(freehold completion bash)"    # in ~/.bashrc',
    "zsh": 'eval "$(freehold completion zsh)"     # in ~/.zshrc',
    "fish": "freehold completion fish | source     # in ~/.config/fish/config.fish",
}


@click.command(epilog="\n\n".join(_HOW.values()))
@click.argument("shell", type=click.Choice(list(_HOW)))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the script that completes commands, options and tenants in your shell."""
    found = get_completion_class(shell)
    assert found is not None, "click supports the offered shells"
    root = context.find_root()
    click.echo(found(root.command, {}, "freehold", "_FREEHOLD_COMPLETE").source())


def tenant_slugs(_context: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Return the tenants whose slugs begin with the typed text; none when they cannot be read."""
    try:
        return [CompletionItem(slug) for slug in asyncio.run(_slugs(begun)) if slug.startswith(begun)]
    except (CentralError, DatabaseError, OSError):
        return []


async def _slugs(begun: str) -> list[str]:
    services = central_services(Settings.from_env(read_env_file(ENV_FILE)))
    try:
        with CENTRAL.bind(services.central_engine):
            page = await services.registry.page(_MOST, search=begun or None)
            return [one.ref.slug for one in page.items]
    finally:
        await services.close()
