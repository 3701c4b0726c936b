"""Explains whether a user may perform an action and why, role by role.

Callers with ``roles:manage`` see every detail. Others may ask about themselves only: hidden records and
fields are reported as if they did not exist, and the filters of rules are left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from tenant_schema.objects.model.model import FieldModel
from tenant_schema.problems import InvalidInput, Problem, suggestion
from tenant_schema.records.access.target import Target, Targets
from tenant_schema.records.query.model import ALL, Filter
from tenant_schema.records.reading.exists import exists, passes_rule
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.delegation import is_oneself
from tenant_schema.users.rights.permissions import ACTIONS, ANY, Access, Grants, RoleGrants
from tenant_schema.users.sessions.access import access_of_user

__all__ = ["Explanation", "Explanations", "Question", "RoleVerdict"]

_MANAGE: Final = "roles:manage"
_SENTENCES: Final = {
    "allowed": "Yes.",
    "inactive": "No: the user is not active.",
    "no-permission": "No: none of the user's roles has the permission.",
    "no-record": "No: there is no such record for the user.",
    "record-hidden": "No: no rule for reading lets the record pass.",
    "record-kept": "No: the user may read the record, and no rule for this lets it pass.",
    "no-field": "No: there is no such field for the user.",
    "field-kept-back": "No: every role that counts keeps the field back.",
    "field-of-the-system": "No: the system sets this field itself.",
}


@dataclass(frozen=True, slots=True)
class Question:
    """The question whether ``user`` (None: the caller) may perform ``action`` on a record and a field of an
    object. An API key may have fewer rights than its user.

    A program is not its user, who may have more roles than it.
    """

    object: str
    action: str
    user: UUID | None = None
    record: UUID | None = None
    field: str | None = None


@dataclass(frozen=True, slots=True)
class RoleVerdict:
    """The verdict of one role on one action. ``permission`` is the role's permission for it, or None.
    ``rule`` is the filter that records must match, ``passes`` whether the record does (None without a
    record), and ``is_open`` whether the role may use the field (None without one).

    ``passes`` is whether the record does, None when none was asked about; ``rule`` the filter that it has to
    pass; ``is_open`` the same for the field.
    """

    role: str
    action: str
    permission: str | None
    rule: Mapping[str, Any] | None = None
    passes: bool | None = None
    is_open: bool | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """The explanation: ``code`` is for programs, ``reason`` for people."""

    allowed: bool
    code: str
    user: UUID
    verdicts: tuple[RoleVerdict, ...] = ()

    @property
    def reason(self) -> str:
        """The explanation in a sentence."""
        return _SENTENCES[self.code]


class Explanations:
    """Explains permissions, with the tenant's engine bound."""

    def __init__(self, targets: Targets) -> None:
        self._targets = targets

    async def explain(self, scope: TenantScope, access: Access, question: Question) -> Explanation:
        """Return the explanation. The number of statements grows with the number of roles that have rules.

        Raises PermissionDenied for who asks about others without ``roles:manage``, NotThere, ObjectNotFound,
        and InvalidInput for what is no question.
        """
        asks_of_self = question.user is None or is_oneself(access, question.user)
        sees_everything = access.has(_MANAGE)
        if not asks_of_self:
            access.require_system(_MANAGE)
        _require_sense(question)
        asked = access if asks_of_self else await access_of_user(question.user or access.user_id)
        if asked is None:
            return Explanation(False, "inactive", question.user or access.user_id)
        if not asked.allows(question.object, question.action) and not sees_everything:
            return Explanation(False, "no-permission", asked.user_id)
        target = await self._targets.open(scope, asked, question.object)
        return await _Explainer(self._targets, target, question, sees_everything=sees_everything).explain()


def _require_sense(question: Question) -> None:
    """Raise ``InvalidInput`` for a question that cannot be explained."""
    problems = []
    if question.action not in ACTIONS:
        near = suggestion(question.action[:60], ACTIONS)
        problems.append(Problem("action", "unknown-action", "There is no such action.", near))
    if question.action == "create" and question.record is not None:
        problems.append(Problem("record", "not-asked", "A record that is to be created is not there yet."))
    if question.action == "delete" and question.field is not None:
        problems.append(Problem("field", "not-asked", "Records are deleted as a whole."))
    if problems:
        raise InvalidInput(problems)


class _Explainer:
    """Explains one question about an existing object."""

    def __init__(
        self, targets: Targets, target: Target, question: Question, *, sees_everything: bool
    ) -> None:
        self.targets, self.target, self.question = targets, target, question
        self.sees_everything = sees_everything

    async def explain(self) -> Explanation:
        """Return the explanation, with verdicts only if they reveal nothing hidden."""
        code = await self._code()
        may_show = self.sees_everything or code not in {"no-record", "no-field"}
        verdicts = await self._verdicts() if may_show else ()
        return Explanation(code == "allowed", code, self.target.access.user_id, tuple(verdicts))

    async def _code(self) -> str:
        question, access = self.question, self.target.access
        if not access.allows(question.object, question.action):
            return "no-permission"
        return await self._record_code() or self._field_code() or "allowed"

    async def _record_code(self) -> str | None:
        """Return the reason that concerns the record, if any."""
        record_id, target = self.question.record, self.target
        if record_id is None:
            return None
        if not await passes_rule(target, record_id, ALL):
            return "no-record"
        may_read = target.access.allows(target.model.name, "read")
        if may_read and not await exists(target, record_id):
            return "record-hidden" if self.sees_everything else "no-record"
        rule = _rule_for(target, self.question.action)
        if self.question.action == "read" or await passes_rule(target, record_id, rule):
            return None
        return "record-kept" if may_read or self.sees_everything else "no-record"

    def _field_code(self) -> str | None:
        """Return the reason that concerns the field, if any. Nobody can set a read-only field."""
        name, rights = self.question.field, self.target.rights
        if name is None:
            return None
        field = self.target.model.fields.get(name)
        known = field is not None and (name in rights.readable or self.sees_everything)
        if self.question.action == "read":
            if known and name in rights.readable:
                return None
            return "field-kept-back" if known else "no-field"
        allowed = _open_for(self.target, self.question.action)
        if field is not None and name in allowed and (known or not field.read_only):
            return "field-of-the-system" if field.read_only else None
        return "field-kept-back" if known else "no-field"

    async def _verdicts(self) -> list[RoleVerdict]:
        actions = ["read", self.question.action] if self.question.record is not None else []
        wanted = dict.fromkeys([*actions, self.question.action])
        return [
            await self._verdict(role, action) for role in self.target.access.role_grants for action in wanted
        ]

    async def _verdict(self, role: RoleGrants, action: str) -> RoleVerdict:
        """Return the role's verdict, as if the user had no other role."""
        question = self.question
        permission = _permission_for(role, question.object, action)
        if permission is None:
            return RoleVerdict(role.name, action, None)
        alone = replace(
            self.target.access, permissions=role.permissions, grants=Grants((role,), role.permissions)
        )
        target = await self.targets.open(self.target.scope, alone, question.object)
        passes = is_open = None
        if question.record is not None:
            passes = await passes_rule(target, question.record, _rule_for(target, action))
        if question.field is not None and action == question.action:
            is_open = question.field in _open_for(target, action)
        rule: Any = role.rules.get(question.object, {}).get(action) if self.sees_everything else None
        return RoleVerdict(role.name, action, permission, rule, passes, is_open)


def _rule_for(target: Target, action: str) -> Filter:
    rights = target.rights
    return {"read": rights.read, "update": rights.update, "delete": rights.delete}.get(action, ALL)


def _open_for(target: Target, action: str) -> Mapping[str, FieldModel]:
    rights = target.rights
    return {"read": rights.readable, "create": rights.creatable}.get(action, rights.writable)


def _permission_for(role: RoleGrants, object_name: str, action: str) -> str | None:
    """Return the permission by which the role allows it."""
    ways: Sequence[str] = (
        f"{object_name}:{action}",
        f"{object_name}:{ANY}",
        f"{ANY}:{action}",
        f"{ANY}:{ANY}",
    )
    return next((way for way in ways if way in role.permissions), None)
