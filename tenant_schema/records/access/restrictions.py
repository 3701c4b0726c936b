"""Validates the field restrictions and row rules of a role against the tenant's objects."""

from collections.abc import Mapping, Sequence

from tenant_schema.objects.model.catalog import Catalog
from tenant_schema.objects.model.model import ObjectModel
from tenant_schema.problems import Problem, ProblemCollector, suggestion
from tenant_schema.records.access.rights import ALWAYS_READABLE
from tenant_schema.records.errors import InvalidQuery
from tenant_schema.records.query.json_query import parse_json_filter
from tenant_schema.records.query.paths import all_paths
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import RULED_ACTIONS
from tenant_schema.users.roles.records import FieldLimit, RuleDraft

__all__ = ["Restrictions"]

_Objects = Mapping[str, ObjectModel]


class Restrictions:
    """The check that roles ask for before restrictions are kept."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    async def __call__(
        self, scope: TenantScope, fields: Sequence[FieldLimit], rules: Sequence[RuleDraft]
    ) -> Sequence[Problem]:
        """Everything that is wrong. No statement when the definitions are warm."""
        objects = await self._catalog.all(scope)
        seen: set[tuple[str, ...]] = set()
        found = ProblemCollector()
        for position, limit in enumerate(fields):
            where = f"fields[{position}]"
            found.extend(_repeated(where, ("field", limit.object, limit.field), seen))
            found.extend(_field_faults(where, limit, objects))
        for position, rule in enumerate(rules):
            where = f"rules[{position}]"
            found.extend(_repeated(where, ("rule", rule.object, rule.action), seen))
            found.extend(_rule_faults(where, rule, objects))
        return found.problems


def _repeated(where: str, key: tuple[str, ...], seen: set[tuple[str, ...]]) -> list[Problem]:
    if key in seen:
        return [Problem(where, "repeated", "This entry is repeated.")]
    seen.add(key)
    return []


def _object_faults(where: str, name: str, objects: _Objects) -> list[Problem]:
    if name in objects:
        return []
    near = suggestion(name, objects)
    return [Problem(f"{where}.object", "unknown-object", "There is no such object.", near)]


def _field_faults(where: str, limit: FieldLimit, objects: _Objects) -> list[Problem]:
    if faults := _object_faults(where, limit.object, objects):
        return faults
    fields = objects[limit.object].fields
    if limit.field not in fields:
        near = suggestion(limit.field, fields)
        return [Problem(f"{where}.field", "unknown-field", "There is no such field.", near)]
    if limit.field in ALWAYS_READABLE and not limit.readable:
        return [Problem(f"{where}.field", "always-readable", "Every record shows its id and version.")]
    return []


def _rule_faults(where: str, rule: RuleDraft, objects: _Objects) -> list[Problem]:
    faults = _object_faults(where, rule.object, objects)
    if rule.action not in RULED_ACTIONS:
        message = f"A rule is for {', '.join(RULED_ACTIONS)}."
        near = suggestion(rule.action, RULED_ACTIONS)
        faults.append(Problem(f"{where}.action", "unknown-action", message, near))
    if faults:
        return faults
    if not rule.filter:
        message = "A rule has conditions; without a rule, the role reaches every record."
        return [Problem(f"{where}.filter", "empty-value", message)]
    try:
        parse_json_filter(rule.filter, all_paths(objects[rule.object], objects))
    except InvalidQuery as error:
        return [
            Problem(f"{where}.{one.field}", one.code, one.message, one.did_you_mean) for one in error.problems
        ]
    return []
