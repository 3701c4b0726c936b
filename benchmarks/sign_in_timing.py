"""Whether the time of a refused sign-in reveals that a user exists, and the cost of authentication.

    python -m benchmarks.sign_in_timing [--rounds 40]

Each kind of sign-in is timed in turn, with the real argon2id parameters, on its own SQLite database; the
medians should differ by less than the spread of each. Then it times reading an access token, and the whole
check.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from piccolo.table import create_db_tables

from api.factor_services import factor_services
from central.secrets.keys import EncryptionKey, generate_key
from central.secrets.vault import Vault
from piccolo_conf import DB
from piccolo_engines.columns import new_id
from piccolo_engines.sqlite import SQLiteEngine
from tenant_schema.scope import TenantScope
from tenant_schema.tenant_cache import ACCESS, VersionedCache
from tenant_schema.users.errors import InvalidCredentials
from tenant_schema.users.passwords.hashing import Passwords
from tenant_schema.users.piccolo_app import APP_CONFIG
from tenant_schema.users.seed import seed_access, seed_administrator
from tenant_schema.users.sign_in.access_tokens import AccessTokens, SigningKeys
from tenant_schema.users.sign_in.back_off import BackOff
from tenant_schema.users.sign_in.service import Authentication
from tenant_schema.users.sign_in.throttle import Throttle
from tenant_schema.users.tables import User

__all__: list[str] = []

SCOPE = TenantScope(new_id(), "acme", "Acme Corporation")
PASSWORD = "correct horse battery"
NEVER = BackOff(free=10**9, first=timedelta(1), longest=timedelta(1), window=timedelta(1))
REPEATS = 20_000


def signing_keys(tenant_id: UUID) -> SigningKeys:
    """Return one key for each tenant."""
    return SigningKeys("k1", {"k1": tenant_id.bytes * 2})


def make_tokens(remembered: int = 10_000) -> AccessTokens:
    """Return the access tokens of the platform."""
    return AccessTokens(signing_keys, remembered=remembered)


async def make_people(passwords: Passwords) -> None:
    """Create an administrator and an inactive user."""
    await create_db_tables(*APP_CONFIG.table_classes)
    await seed_access()
    await seed_administrator(passwords, email="ada@acme.example", password=PASSWORD, name="Ada")
    await User.insert(
        User(email="gone@acme.example", password_hash=await passwords.hash(PASSWORD), active=False)
    )


async def time_sign_ins(auth: Authentication, rounds: int) -> None:
    """Print how long each kind of sign-in takes."""
    kinds = {
        "right password": ("ada@acme.example", PASSWORD),
        "wrong password": ("ada@acme.example", "wrong horse battery"),
        "no such user": ("nobody@acme.example", PASSWORD),
        "inactive user": ("gone@acme.example", PASSWORD),
    }
    seconds: dict[str, list[float]] = {kind: [] for kind in kinds}
    for _ in range(rounds):
        for kind, (email, password) in kinds.items():
            started = time.perf_counter()
            with suppress(InvalidCredentials):
                await auth.sign_in(SCOPE, email, password, "192.0.2.1")
            seconds[kind].append(time.perf_counter() - started)
    for kind, times in seconds.items():
        low, median, high = statistics.quantiles(times, n=4)
        print(f"{kind:<28}{median * 1e3:8.2f} ms   quartiles {low * 1e3:.2f} to {high * 1e3:.2f} ms")


async def time_each(what: str, act: Callable[[], Awaitable[object]]) -> None:
    """Print how long one of many repetitions takes."""
    started = time.perf_counter()
    for _ in range(REPEATS):
        await act()
    print(f"{what:<28}{(time.perf_counter() - started) / REPEATS * 1e6:8.2f} µs")


async def time_requests(auth: Authentication, cached: VersionedCache) -> None:
    """Print what a request with an access token costs, and its parts."""
    token = (await auth.sign_in(SCOPE, "ada@acme.example", PASSWORD)).access_token
    remembering, forgetting = make_tokens(), make_tokens(remembered=0)

    async def read(tokens: AccessTokens) -> object:
        return tokens.read(SCOPE, token)

    async def nothing() -> None:
        return None

    await time_each("token, decoded each time", lambda: read(forgetting))
    await time_each("token, remembered", lambda: read(remembering))
    await time_each("cache, warm", lambda: cached.get(SCOPE, "key", nothing))
    await time_each("authenticate, warm", lambda: auth.authenticate(SCOPE, token))


async def main(rounds: int) -> None:
    """Set a tenant up in a temporary folder and time it."""
    passwords, cache = Passwords(), VersionedCache(ACCESS)
    with tempfile.TemporaryDirectory() as folder:
        engine = SQLiteEngine(Path(folder) / "tenant.sqlite")
        auth = Authentication(
            passwords=passwords,
            tokens=make_tokens(),
            throttle=Throttle(NEVER, NEVER),
            cache=cache,
            factors=factor_services(Vault([EncryptionKey.from_hex(generate_key())]), Throttle()).required,
        )
        with DB.bind(engine):
            await make_people(passwords)
            await time_sign_ins(auth, rounds)
            await time_requests(auth, cache)
        await engine.close()
    passwords.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=40)
    asyncio.run(main(parser.parse_args().rounds))
