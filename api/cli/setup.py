"""``freehold setup``: creates everything that the first ``freehold serve`` needs."""

from pathlib import Path

import rich_click as click

from api.cli.console import Output, fail, say, with_output
from api.cli.env_file import remember_port, write_env_file
from api.cli.session import ENV_FILE, load_settings, run
from api.composition import Platform
from api.number_text import counted
from api.schemas.common import Output as Result
from central.secrets.key_check import KeyCheck
from central.settings.settings import Settings

__all__ = ["setup"]


class _Outcome(Result):
    """What was done. Nothing the second time."""

    env_file_written: bool
    migrations: int
    operator_token: str | None


@click.command()
@click.option("--env-file/--no-env-file", default=True, help="Write a .env for local use if there is none.")
@click.option("--port", type=click.IntRange(1, 65535), help="Set PORT in .env for later runs.")
@with_output
def setup(env_file: bool, port: int | None, out: Output) -> None:
    """Create .env, the central database and the first operator.

    Safe to repeat: whatever exists is kept.
    """
    is_written = env_file and write_env_file(ENV_FILE)
    if env_file and port is not None:
        _remember(port)
    settings = load_settings()
    _make_folders(settings)
    outcome = run(settings, lambda platform: _set_up(platform, is_written), is_migrating=True)
    out.one(outcome, lambda: _print(outcome))


async def _set_up(platform: Platform, is_written: bool) -> _Outcome:
    ran = await platform.central_migrator.migrate(platform.central_engine)
    await KeyCheck(platform.vault).require()
    token = await platform.operators.ensure_first_operator(platform.settings.operator_token)
    return _Outcome(is_written, len(ran), token)


def _remember(port: int) -> None:
    try:
        remember_port(ENV_FILE, port)
    except OSError as error:
        fail(f"The port cannot be stored in {ENV_FILE}: {error.strerror}.")


def _make_folders(settings: Settings) -> None:
    """Create the data folder, accessible to its owner only, and the folder of the central database."""
    kind, _, path = settings.central_database_url.partition(":///")
    folders = [settings.data_dir, *([Path(path).parent] if kind == "sqlite" else [])]
    for folder in folders:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            fail(f"The folder {folder} cannot be created: {error.strerror}.")


def _print(outcome: _Outcome) -> None:
    if outcome.env_file_written:
        say(f"Wrote {ENV_FILE} with a new key. Keep it: stored credentials cannot be decrypted without it.")
    if outcome.migrations:
        say(f"Brought the central database up to date ({counted(outcome.migrations, 'migration')}).")
    if outcome.operator_token:
        say("Created the first operator. This is the token; it is shown only once:\n")
        say(f"    {outcome.operator_token}\n")
    if outcome == _Outcome(env_file_written=False, migrations=0, operator_token=None):
        say("Everything is already set up.")
