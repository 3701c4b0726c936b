"""Creates the first apps of a new tenant."""

from collections.abc import Sequence

from piccolo_conf import DB
from tenant_schema.apps.definitions import STANDARD_APPS, AppDraft
from tenant_schema.apps.tables import App, AppPage
from tenant_schema.seed_labels import labels_of, texts_of

__all__ = ["seed_apps"]


async def seed_apps(drafts: Sequence[AppDraft] = STANDARD_APPS) -> None:
    """Add the apps that the bound tenant does not have, with their pages; leave the others as they are.

    Only new tenants are given apps: an existing tenant may have removed them.
    """
    async with DB.transaction():
        present = {row["name"] for row in await App.select(App.name)}
        missing = [(_app(draft, at), draft) for at, draft in enumerate(drafts) if draft.name not in present]
        if missing:
            await App.insert(*[app for app, _ in missing])
            await AppPage.insert(*[page for app, draft in missing for page in _pages(app, draft)])


def _app(draft: AppDraft, position: int) -> App:
    return App(
        name=draft.name,
        label=draft.label,
        icon=draft.icon,
        description=draft.description,
        translations=texts_of(label=draft.label, description=draft.description),
        navigation=list(draft.navigation),
        position=position,
    )


def _pages(app: App, draft: AppDraft) -> list[AppPage]:
    return [
        AppPage(
            app=app.id,
            name=page.name,
            label=page.label,
            translations=labels_of(page.label),
            type=page.type,
            object=page.object,
            layout=dict(page.layout),
            position=position,
        )
        for position, page in enumerate(draft.pages)
    ]
