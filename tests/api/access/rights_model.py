"""Roles, rules and rights in plain Python: what every route is compared with, and random roles."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

__all__ = ["ME", "Model", "RolePlan", "Row", "documents", "role_plans"]

Row = dict[str, Any]
ME = "$me"
SYSTEM = ("id", "version", "created_at", "updated_at", "created_by", "updated_by", "owner")
FIELDS: Mapping[str, tuple[str, ...]] = {
    "deals": (*SYSTEM, "name", "stage", "amount", "secret", "firm"),
    "firms": (*SYSTEM, "name", "industry"),
}
READ_ONLY = frozenset(SYSTEM) - {"owner"}
ALWAYS = {"id", "version"}
HIDEABLE = {
    "deals": ("stage", "amount", "secret", "firm", "owner", "created_at"),
    "firms": ("industry", "owner"),
}
ACTIONS = ("create", "read", "update", "delete")


@dataclass(frozen=True)
class RolePlan:
    """One role: its permissions, fields that it keeps back, and rules by object and action."""

    permissions: frozenset[str]
    hidden: Mapping[str, frozenset[str]] = field(default_factory=dict)
    locked: Mapping[str, frozenset[str]] = field(default_factory=dict)
    rules: Mapping[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)

    def allows(self, name: str, action: str) -> bool:
        ways = (f"{name}:{action}", f"{name}:*", f"*:{action}", "*:*")
        return any(way in self.permissions for way in ways)

    def keeps_back(self, name: str, action: str) -> frozenset[str]:
        hidden = self.hidden.get(name, frozenset())
        return hidden if action == "read" else hidden | self.locked.get(name, frozenset())


_INDUSTRIES = ("tech", {"ne": "tech"}, {"null": True}, {"null": False}, {"in": ["food"]})
_LEAVES: Mapping[str, st.SearchStrategy[Any]] = {
    "stage": st.sampled_from(
        ["won", {"eq": "open"}, {"ne": "won"}, {"in": ["lost", "open"]}, {"null": True}]
    ),
    "amount": st.sampled_from([{"gte": 1}, {"lt": 3}, {"null": False}, {"between": [1, 3]}, 4]),
    "owner": st.sampled_from([ME, {"eq": ME}, {"ne": ME}, {"null": False}]),
    "firm": st.sampled_from([{"null": True}, {"null": False}]),
    "firm.industry": st.sampled_from(_INDUSTRIES),
    "firm.owner": st.sampled_from([ME, {"ne": ME}]),
    "name": st.sampled_from(["d1", {"ne": "d2"}, {"startswith": "d"}]),
    "industry": st.sampled_from(["tech", {"ne": "tech"}, {"null": True}]),
}
_NAMES = {
    "deals": ("stage", "amount", "owner", "firm", "firm.industry", "firm.owner", "name"),
    "firms": ("industry", "owner", "name"),
}


def documents(name: str) -> st.SearchStrategy[dict[str, Any]]:
    """Filters of the object, with paths, as rules and queries have them."""
    leaf = st.sampled_from(_NAMES[name]).flatmap(lambda one: _LEAVES[one].map(lambda value: {one: value}))
    both = st.lists(leaf, min_size=2, max_size=2).map(lambda two: two[0] | two[1])
    group = st.tuples(st.sampled_from(["and", "or"]), st.lists(leaf | both, min_size=1, max_size=3))
    grouped = group.map(lambda one: {one[0]: one[1]})
    return leaf | both | grouped | (leaf | both | grouped).map(lambda one: {"not": one})


def _kept(name: str) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(HIDEABLE[name]), max_size=2)


def role_plans() -> st.SearchStrategy[RolePlan]:
    """A random role."""
    often = [f"{name}:{action}" for name in FIELDS for action in ACTIONS]
    permissions = st.frozensets(
        st.sampled_from([*often, "deals:read", "firms:read", "*:read", "deals:*"]), max_size=5
    )
    by_object = st.fixed_dictionaries({name: _kept(name) for name in FIELDS})
    keys = st.sampled_from([(name, action) for name in FIELDS for action in ("read", "update", "delete")])
    rules = st.lists(keys, unique=True, max_size=3).flatmap(
        lambda chosen: st.fixed_dictionaries({key: documents(key[0]) for key in chosen})
    )
    return st.builds(RolePlan, permissions, by_object, by_object, rules)


@dataclass(frozen=True)
class Model:
    """What one user with these roles may see of these records. Rows hold values as the API shows them."""

    roles: Sequence[RolePlan]
    me: str
    rows: Mapping[str, Sequence[Row]]
    trash: frozenset[str]

    def allows(self, name: str, action: str) -> bool:
        return any(role.allows(name, action) for role in self.roles)

    def open_fields(self, name: str, action: str = "read") -> set[str]:
        """The fields that may be read, or given in the body of a change."""
        roles = [role for role in self.roles if role.allows(name, action)]
        kept = [role.keeps_back(name, action) for role in roles]
        hidden = frozenset.intersection(*kept) if kept else frozenset(FIELDS[name])
        return (set(FIELDS[name]) - hidden) | (ALWAYS if action == "read" else set())

    def passes(self, name: str, action: str, row: Row) -> bool:
        """Whether a rule lets it pass, or a role has none; that the action is allowed is another matter."""
        rules = [role.rules.get((name, action)) for role in self.roles if role.allows(name, action)]
        return not rules or any(rule is None or self.matches(rule, name, row, self.beyond) for rule in rules)

    def is_visible(self, name: str, row: Row) -> bool:
        in_use = row["id"] not in self.trash
        return in_use and self.allows(name, "read") and self.passes(name, "read", row)

    def visible(self, name: str) -> list[Row]:
        return [row for row in self.rows[name] if self.is_visible(name, row)]

    def status_of_change(self, name: str, action: str, row: Row) -> int:
        """What a change that changes nothing is answered."""
        if not self.allows(name, action):
            return 403
        if row["id"] in self.trash or (self.allows(name, "read") and not self.is_visible(name, row)):
            return 404
        if self.passes(name, action, row):
            return 200
        return 403 if self.allows(name, "read") else 404

    def shown(self, name: str, row: Row) -> Row:
        readable = self.open_fields(name)
        return {key: value for key, value in row.items() if key in readable}

    def may_name(self, name: str, path: str) -> bool:
        """Whether a query may name the field or path."""
        first, _, rest = path.partition(".")
        if first not in self.open_fields(name):
            return False
        return not rest or (first == "firm" and self.allows("firms", "read") and self.may_name("firms", rest))

    def firm_of(self, row: Row) -> Row | None:
        """The firm that the caller can see behind the lookup."""
        found = self.beyond(row["firm"])
        return found if found is not None and self.is_visible("firms", found) else None

    def beyond(self, firm_id: str | None) -> Row | None:
        """Any firm that is in use, as rules see it."""
        found = [row for row in self.rows["firms"] if row["id"] == firm_id and firm_id not in self.trash]
        return found[0] if found else None

    def seen_beyond(self, firm_id: str | None) -> Row | None:
        """A firm as the caller's own filters see it."""
        found = self.beyond(firm_id)
        return found if found is not None and self.is_visible("firms", found) else None

    def matches(self, document: Mapping[str, Any], name: str, row: Row, lookup: Any) -> bool:
        """What a filter means; ``lookup`` finds the records that its paths lead to."""
        return all(self._term(key, value, name, row, lookup) for key, value in document.items())

    def _term(self, key: str, value: Any, name: str, row: Row, lookup: Any) -> bool:
        if key in ("and", "or"):
            found = [self.matches(member, name, row, lookup) for member in value]
            return all(found) if key == "and" else any(found)
        if key == "not":
            return not self.matches(value, name, row, lookup)
        first, _, rest = key.partition(".")
        held = row[first]
        if rest:
            other = lookup(held)
            held = None if other is None else other[rest]
        comparisons = value if isinstance(value, dict) else {"eq": value}
        return all(self._compare(operator, held, wanted) for operator, wanted in comparisons.items())

    def _compare(self, operator: str, held: Any, wanted: Any) -> bool:
        if operator == "null":
            return (held is None) == wanted
        wanted = self.me if wanted == ME else wanted
        if operator == "ne":
            return bool(held != wanted)
        if held is None:
            return False
        if operator == "in":
            return held in wanted
        if operator == "startswith":
            return bool(held.startswith(wanted))
        if operator == "between":
            return bool(wanted[0] <= held <= wanted[1])
        if operator == "eq":
            return bool(held == wanted)
        return bool(held >= wanted if operator == "gte" else held < wanted)
