from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import UUID, ForeignKey, Timestamptz, Varchar
from piccolo.table import Table

from piccolo_engines.columns import new_id

ID = "2026-11-30T01:55:42:851608"
VERSION = "1.38.0"
DESCRIPTION = "The refresh tokens of sessions that go on stay good"


class Session(Table, tablename="sessions"):
    """As far as this migration needs it."""

    id = UUID(primary_key=True, default=new_id)
    refresh_hash = Varchar(length=64)
    ended_at = Timestamptz(null=True, default=None)


class SessionToken(Table, tablename="session_tokens"):
    """As far as this migration needs it."""

    id = UUID(primary_key=True, default=new_id)
    session = ForeignKey(Session, null=False)
    token_hash = Varchar(length=64)


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="users", description=DESCRIPTION
    )

    async def keep_tokens():
        copied = {row["session"] for row in await SessionToken.select(SessionToken.session)}
        rows = await Session.select(Session.id, Session.refresh_hash).where(Session.ended_at.is_null())
        missing = [
            SessionToken(session=row["id"], token_hash=row["refresh_hash"])
            for row in rows
            if row["id"] not in copied
        ]
        for start in range(0, len(missing), 500):
            await SessionToken.insert(*missing[start : start + 500])

    async def nothing():
        """Sessions end: their users sign in again."""

    manager.add_raw(keep_tokens)
    manager.add_raw_backwards(nothing)

    manager.drop_column(
        table_class_name="Session",
        tablename="sessions",
        column_name="refresh_hash",
        db_column_name="refresh_hash",
        schema=None,
    )

    return manager
