from piccolo.apps.migrations.auto.migration_manager import MigrationManager

ID = "2026-11-23T18:20:03:831040"
VERSION = "1.38.0"
DESCRIPTION = "a first team"


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="people", description=DESCRIPTION
    )

    async def add_first_team():
        Team = await manager.get_table_from_snapshot(
            app_name="people", table_class_name="Team"
        )
        await Team.insert(Team(name="Everyone"))

    manager.add_raw(add_first_team)

    return manager
