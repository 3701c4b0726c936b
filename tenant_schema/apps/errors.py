"""The errors of apps, pages and list views.

::

    AppsError
    ├── AppNotFound         no app of that name that the caller may see
    ├── PageNotFound        no page of that name in the app that the caller may see
    ├── ViewNotFound        no view of that id that the caller may see
    ├── NameTaken           another app, or another page of the app, has the name
    ├── TooMany             as many as there may be
    └── LayoutHidden        the layout holds what the caller may not read, and so may not replace

Problems of a request body are raised together, as :class:`tenant_schema.problems.InvalidInput`.
"""

from uuid import UUID

__all__ = ["AppNotFound", "AppsError", "LayoutHidden", "NameTaken", "PageNotFound", "TooMany", "ViewNotFound"]


class AppsError(Exception):
    """The root of this tree."""

    code = "apps-error"


class AppNotFound(AppsError):
    """There is no such app for the caller; ``did_you_mean`` is the nearest one that there is."""

    code = "app-not-found"

    def __init__(self, name: str, did_you_mean: str | None = None) -> None:
        super().__init__(f"There is no app named {name!r}.")
        self.name = name
        self.did_you_mean = did_you_mean


class PageNotFound(AppsError):
    """There is no such page of the app for the caller; ``did_you_mean`` is the nearest one that there is."""

    code = "page-not-found"

    def __init__(self, app_name: str, name: str, did_you_mean: str | None = None) -> None:
        super().__init__(f"There is no page named {name!r} in {app_name}.")
        self.app_name = app_name
        self.name = name
        self.did_you_mean = did_you_mean


class ViewNotFound(AppsError):
    """There is no such view, or it is somebody else's and not shared with the caller."""

    code = "view-not-found"

    def __init__(self, view_id: UUID | str) -> None:
        super().__init__(f"There is no view {view_id}.")
        self.view_id = view_id


class NameTaken(AppsError):
    """The name is that of another one already; ``what`` is ``app`` or ``page``."""

    code = "name-taken"

    def __init__(self, what: str, name: str) -> None:
        super().__init__(f"There is another {what} named {name!r}.")
        self.what = what
        self.name = name


class TooMany(AppsError):
    """There are as many as there may be."""

    code = "too-many"

    def __init__(self, what: str, most: int) -> None:
        super().__init__(f"There can be {most} {what} at most.")
        self.what = what
        self.most = most


class LayoutHidden(AppsError):
    """Some of the layout is hidden from the caller, who would remove it for everybody by replacing it."""

    code = "layout-hidden"

    def __init__(self, page_name: str) -> None:
        super().__init__(
            f"The layout of {page_name} holds fields that your roles do not let you read; somebody who may "
            "read them has to change it."
        )
        self.page_name = page_name
