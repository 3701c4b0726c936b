"""What one caller may do with the records of one object, field by field and record by record.

Roles add up. A field is open when any role that allows the action does not keep it back; a record is
there when any role that allows the action has no rule for it, or one that lets it pass.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tenant_schema.objects.model.catalog import Catalog
from tenant_schema.objects.model.model import FieldModel, ObjectModel
from tenant_schema.records.errors import InvalidQuery
from tenant_schema.records.query.json_query import parse_json_filter
from tenant_schema.records.query.model import ALL, NOTHING, Filter, Or
from tenant_schema.records.query.paths import Paths, all_paths
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import Access, RoleGrants

__all__ = ["ALWAYS_READABLE", "Rights", "rights_of"]

ALWAYS_READABLE: Final = ("id", "version")
"""No role can keep these back: without them a record cannot be named or changed."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rights:
    """Holds for everything that is done for the caller with the object, by whatever route.

    :param readable: the fields that may be shown, filtered, sorted, searched and grouped by. For who may not
        read the object at all, who may still write to it, those are the id and the version.
    :param creatable: the fields that may be given in the body of a new record.
    :param writable: the fields that may be given in the body of a change. Both hold the fields that the
        system sets as well: that nobody may give those is said of the field, not of the caller.
    :param read: which records there are for the caller; what it does not let pass is not there.
    :param update: which of those may be changed.
    :param delete: which of those may be deleted and restored.
    """

    readable: Mapping[str, FieldModel]
    creatable: Mapping[str, FieldModel]
    writable: Mapping[str, FieldModel]
    read: Filter = ALL
    update: Filter = ALL
    delete: Filter = ALL


async def rights_of(scope: TenantScope, access: Access, model: ObjectModel, catalog: Catalog) -> Rights:
    """The caller's rights to the object's records; that the action is allowed at all is checked before.

    Worked out once for all who hold the same roles, for as long as neither these nor the definition change.
    """
    if access.grants is None:
        return _worked_out(access.role_grants, model, all_paths(model, await catalog.all(scope)))
    kept = access.grants.kept.get(model.id)
    if kept is not None and kept[0] is model:
        found: Rights = kept[1]
        return found
    rights = _worked_out(access.grants.roles, model, all_paths(model, await catalog.all(scope)))
    access.grants.kept[model.id] = (model, rights)
    return rights


def _worked_out(roles: Sequence[RoleGrants], model: ObjectModel, paths: Paths) -> Rights:
    by_action = {
        action: [role for role in roles if role.allows(model.name, action)]
        for action in ("create", "read", "update", "delete")
    }
    return Rights(
        readable=_readable(by_action["read"], model),
        creatable=_open_fields(by_action["create"], model),
        writable=_open_fields(by_action["update"], model),
        read=_rule(by_action["read"], model, paths, "read"),
        update=_rule(by_action["update"], model, paths, "update"),
        delete=_rule(by_action["delete"], model, paths, "delete"),
    )


def _readable(roles: Sequence[RoleGrants], model: ObjectModel) -> Mapping[str, FieldModel]:
    hidden = _kept_back([role.hidden.get(model.name, frozenset()) for role in roles], model)
    hidden -= set(ALWAYS_READABLE)
    return (
        model.fields
        if not hidden
        else {name: one for name, one in model.fields.items() if name not in hidden}
    )


def _open_fields(roles: Sequence[RoleGrants], model: ObjectModel) -> Mapping[str, FieldModel]:
    locked = _kept_back([role.locked.get(model.name, frozenset()) for role in roles], model)
    if not locked:
        return model.fields
    return {name: one for name, one in model.fields.items() if one.read_only or name not in locked}


def _kept_back(by_role: Sequence[frozenset[str]], model: ObjectModel) -> set[str]:
    """The fields that every one of the roles keeps back; without a role, all of them."""
    return set(frozenset.intersection(*by_role)) if by_role else set(model.fields)


def _rule(roles: Sequence[RoleGrants], model: ObjectModel, paths: Paths, action: str) -> Filter:
    """What records have to pass for the action: nothing, when one of the roles has no rule."""
    documents = [role.rules.get(model.name, {}).get(action) for role in roles]
    if not documents or None in documents:
        return ALL
    rules = list(dict.fromkeys(_parsed(document, model, paths) for document in documents))
    return rules[0] if len(rules) == 1 else Or(tuple(rules))


def _parsed(document: object, model: ObjectModel, paths: Paths) -> Filter:
    """A rule as a filter. One that does not fit the object any more lets nothing pass."""
    try:
        return parse_json_filter(document, paths)
    except InvalidQuery as error:
        _log.warning("a row rule of %s lets nothing pass: %s", model.name, error)
        return NOTHING
