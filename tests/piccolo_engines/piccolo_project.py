"""The Piccolo project of these tests, which its migrations ask for an engine."""

from piccolo.conf.apps import AppRegistry

from tests.piccolo_engines.tables import DB as SLOT

DB = SLOT
APP_REGISTRY = AppRegistry(apps=[])
