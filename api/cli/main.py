"""``freehold``: the group of all commands. `litestar freehold` is the same."""

import logging
from typing import Any

import rich_click as click
from click.exceptions import Abort, ClickException, Exit

from api.cli.console import fail
from api.cli.later import later
from api.cli.statuses import Status

__all__ = ["main"]


class _Freehold(click.RichGroup):
    """Reports every error in a sentence."""

    def invoke(self, context: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(context)
        except (ClickException, Exit, BrokenPipeError):  # handled by click
            raise
        except (KeyboardInterrupt, Abort):
            fail(
                "Interrupted. Completed work is kept; run the command again to continue.", Status.INTERRUPTED
            )
        except Exception as error:
            if context.params["traceback"]:
                raise
            fail(f"{type(error).__name__}: {error}. `freehold --traceback …` shows where.")


def _show_version(context: click.Context, _option: click.Parameter, is_wanted: bool) -> None:
    if is_wanted and not context.resilient_parsing:
        from api.version import VERSION  # noqa: PLC0415 - what it imports costs the other commands 30 ms

        click.echo(f"freehold, version {VERSION}")
        context.exit()


@click.group(
    cls=_Freehold,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=(
        "Exit statuses: 0 success, 1 failure, 2 invalid usage, 3 some of several failed, 130 interrupted."
    ),
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="Show the version and exit.",
)
@click.option("--traceback", is_flag=True, help="Show the traceback of an unexpected error.")
def main(traceback: bool) -> None:  # read by the group
    """Freehold: a multi-tenant platform backend in which every tenant owns a database.

    Settings come from the environment and from .env in the current folder; .env.example lists them. Output is
    text on a terminal, and otherwise lines of JSON; --json and --text choose.
    """
    if not traceback:  # commands report errors themselves
        logging.getLogger().addHandler(logging.NullHandler())


for _name, _summary in (
    ("serve", "Serve until stopped."),
    ("setup", "Create .env, the central database and the first operator."),
    ("migrate", "Migrate the central database, and the databases of all tenants or of those named."),
    ("upgrades", "Upgrades of all tenants in waves: list, show, pause, resume and cancel them."),
    ("operators", "Operators and their tokens."),
    ("tenants", "Create, find, suspend, resume, rename and delete tenants."),
    ("servers", "The database servers, and which of them get new tenants."),
    ("plans", "What tenants may use: requests, rows, storage, users, objects."),
    ("jobs", "Work that outlives a request, such as mails and repairs."),
    ("worker", "Execute jobs until stopped."),
    ("shell", "Open a Python shell with the tenant SLUG bound."),
    ("keys", "Encryption keys."),
    ("backups", "Backups of tenants: list, take, verify, prune and adopt them."),
    ("certificate", "Certificates of what was erased."),
    ("archive", "Archives of tenants as files: verify and show them, create key pairs for them."),
    ("directory", "The directory of addresses across tenants."),
    (
        "attest",
        "Try out whether the databases of all tenants, or of those named, are isolated from each other.",
    ),
    ("doctor", "Check settings, files, mail, databases, keys, jobs, and all tenants or those named."),
    ("completion", "Print the script that completes commands, options and tenants in your shell."),
):
    main.add_command(later(_name, f"api.cli.{_name}:{_name}", _summary))
