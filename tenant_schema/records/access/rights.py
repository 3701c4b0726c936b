"""The rights of a caller to the records of one object: fields and row rules.

Roles are additive: a caller may use a field or a record if at least one role that permits the action does
not restrict it.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tenant_schema.objects.model.model import FieldModel, ObjectModel
from tenant_schema.records.errors import InvalidQuery
from tenant_schema.records.query.json_query import parse_json_filter
from tenant_schema.records.query.model import ALL, NOTHING, Filter, Or
from tenant_schema.records.query.paths import Paths, all_paths
from tenant_schema.users.rights.permissions import ACTIONS, Access, RoleGrants

__all__ = ["ALWAYS_READABLE", "Rights", "all_rights", "rights_of"]

ALWAYS_READABLE: Final = ("id", "version")
"""No role can keep these back: without them a record cannot be named or changed."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rights:
    """The caller's rights on an object, for all operations.

    :param readable: the fields that may be shown, filtered, sorted, searched and grouped by. For who may not
        read the object at all, who may still write to it, those are the id and the version.
    :param creatable: the fields that may be given in the body of a new record.
    :param writable: the fields that may be given in the body of a change. Both include the fields that the
        system sets, which a body may never hold (``read_only``).
    :param read: which records there are for the caller; what it does not let pass is not there.
    :param update: which of those may be changed.
    :param delete: which of those may be deleted and restored.
    :ivar kept: values that others derived from these rights, for as long as the rights live.
    """

    readable: Mapping[str, FieldModel]
    creatable: Mapping[str, FieldModel]
    writable: Mapping[str, FieldModel]
    read: Filter = ALL
    update: Filter = ALL
    delete: Filter = ALL
    kept: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)


def rights_of(access: Access, model: ObjectModel, objects: Mapping[str, ObjectModel]) -> Rights:
    """Return the caller's rights to the records of an object. They hold for actions that the caller is
    permitted, which is checked elsewhere.

    :param objects: every object of the tenant: row rules may name fields beyond lookups.
    """
    roles, paths = access.role_grants, all_paths(model, objects)
    by_action = {action: [role for role in roles if role.allows(model.name, action)] for action in ACTIONS}
    return Rights(
        readable=_readable(by_action["read"], model),
        creatable=_open_fields(by_action["create"], model),
        writable=_open_fields(by_action["update"], model),
        read=_rule(by_action["read"], model, paths, "read"),
        update=_rule(by_action["update"], model, paths, "update"),
        delete=_rule(by_action["delete"], model, paths, "delete"),
    )


def all_rights(model: ObjectModel) -> Rights:
    """Return the rights of someone who may do everything with the records of an object."""
    return Rights(readable=model.fields, creatable=model.fields, writable=model.fields)


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
    """Return the fields that every one of the roles keeps back; without a role, all of them."""
    return set(frozenset.intersection(*by_role)) if by_role else set(model.fields)


def _rule(roles: Sequence[RoleGrants], model: ObjectModel, paths: Paths, action: str) -> Filter:
    """Return the filter that records must match for the action; none if one of the roles has no rule."""
    documents = [role.rules.get(model.name, {}).get(action) for role in roles]
    if not documents or None in documents:
        return ALL
    rules = list(dict.fromkeys(_parsed(document, model, paths) for document in documents))
    return rules[0] if len(rules) == 1 else Or(tuple(rules))


def _parsed(document: object, model: ObjectModel, paths: Paths) -> Filter:
    """Return a rule as a filter. One that does not fit the object any more lets nothing pass."""
    try:
        return parse_json_filter(document, paths, is_rule=True)
    except InvalidQuery as error:
        _log.warning("a row rule of %s lets nothing pass: %s", model.name, error)
        return NOTHING
