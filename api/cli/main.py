"""``freehold``: the group of all commands, and what they have in common; `litestar freehold` is the same."""

import logging
from typing import Any

import rich_click as click
from click.exceptions import Abort, ClickException, Exit

from api.cli.completion import completion
from api.cli.console import fail
from api.cli.doctor import doctor
from api.cli.keys import keys
from api.cli.migrate import migrate
from api.cli.operators import operators
from api.cli.serve import serve
from api.cli.setup import setup
from api.cli.shell import shell
from api.cli.statuses import Status
from api.cli.tenants import tenants
from api.version import VERSION

__all__ = ["main"]


class _Freehold(click.RichGroup):
    """Whatever goes wrong is said in a sentence."""

    def invoke(self, context: click.Context) -> Any:
        """Call the command that was asked for."""
        try:
            return super().invoke(context)
        except (ClickException, Exit, BrokenPipeError):  # click knows what to do
            raise
        except (KeyboardInterrupt, Abort):
            fail("Interrupted. What was done stays done; calling it again goes on.", Status.INTERRUPTED)
        except Exception as error:
            if context.params["traceback"]:
                raise
            fail(f"{type(error).__name__}: {error}. `freehold --traceback …` shows where.")


@click.group(
    cls=_Freehold,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=(
        "Exit statuses: 0 done, 1 it could not be done, 2 called wrongly, 3 some of several failed, "
        "130 interrupted."
    ),
)
@click.version_option(VERSION, prog_name="freehold")
@click.option("--traceback", is_flag=True, help="Show where an unforeseen error comes from.")
def main(traceback: bool) -> None:  # the group looks at it
    """Freehold: a multi-tenant platform backend in which every tenant owns a database.

    Settings come from the environment and from .env in the current folder; .env.example lists them. Answers
    are for people on a terminal, and lines of JSON where there is none; --json and --text choose.
    """
    if not traceback:  # what the services log is said by the command in its own words
        logging.getLogger().addHandler(logging.NullHandler())


for command in (serve, setup, migrate, operators, tenants, shell, keys, doctor, completion):
    main.add_command(command)
