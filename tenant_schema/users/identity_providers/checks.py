"""What values of an identity provider are accepted. Nothing here reads a database."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tenant_schema.problems import InvalidInput, Problem
from tenant_schema.users.emails import email_problem
from tenant_schema.users.identity_providers.records import RuleDraft
from tenant_schema.users.identity_providers.store import id_in, is_provider_name
from tenant_schema.users.oidc.addresses import UrlRules

__all__ = ["MOST_DOMAINS", "MOST_RULES", "require_good"]

MOST_DOMAINS: Final = 100
MOST_RULES: Final = 200
_LENGTHS: Final = {
    "label": 100,
    "issuer": 500,
    "client_id": 255,
    "client_secret": 2_000,
    "scopes": 500,
    "email_claim": 100,
}
_SCOPES: Final = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*")
_FIELDS: Final = {
    "client_id": "clientId",
    "client_secret": "clientSecret",
    "email_claim": "emailClaim",
    "role_rules": "roleRules",
    "default_roles": "defaultRoles",
}


def require_good(values: Mapping[str, Any], rules: UrlRules) -> None:
    """Raise :class:`InvalidInput` with every problem of the values, which are named as in
    :class:`~tenant_schema.users.identity_providers.records.NewProvider`.
    """
    if problems := [*_problems(values, rules)]:
        raise InvalidInput(problems)


def _problems(values: Mapping[str, Any], rules: UrlRules) -> Iterator[Problem]:
    if "name" in values and (not is_provider_name(values["name"]) or id_in(values["name"])):
        message = "A name has lower case letters, digits and hyphens inside, 40 at most; no id."
        yield Problem("name", "invalid-name", message)
    for name, length in _LENGTHS.items():
        if len(values.get(name, "")) > length:
            yield Problem(_FIELDS.get(name, name), "too-long", f"At most {length} characters.")
    for name in ("client_id", "client_secret"):
        if not values.get(name, "").isprintable():
            yield Problem(_FIELDS[name], "invalid", "Control characters are not allowed.")
    for name in ("client_id", "email_claim"):
        if name in values and not values[name].strip():
            yield Problem(_FIELDS[name], "required", "A value is needed.")
    if "issuer" in values:
        yield from _issuer_problems(values["issuer"], rules)
    if "scopes" in values:
        yield from _scope_problems(values["scopes"])
    yield from _domain_problems(values.get("domains", ()))
    yield from _rule_problems(values.get("role_rules", ()))


def _issuer_problems(issuer: str, rules: UrlRules) -> Iterator[Problem]:
    problem = rules.problem_of(issuer)
    if problem is None and "?" in issuer:
        problem = "must not have a query"
    if problem is not None:
        yield Problem("issuer", "invalid-issuer", f"The issuer {problem}.")


def _scope_problems(scopes: str) -> Iterator[Problem]:
    if _SCOPES.fullmatch(scopes) is None:
        yield Problem("scopes", "invalid-scopes", "Scopes are names separated by single spaces.")
    elif "openid" not in scopes.split(" "):
        yield Problem("scopes", "invalid-scopes", "The scope openid is needed.")


def _domain_problems(domains: Any) -> Iterator[Problem]:
    if len(domains) > MOST_DOMAINS:
        yield Problem("domains", "too-many", f"At most {MOST_DOMAINS} domains.")
    for position, domain in enumerate(domains[:MOST_DOMAINS]):
        if "@" in domain or "." not in domain or email_problem(f"a@{domain}") is not None:
            message = "This is not the domain of e-mail addresses, such as acme.example."
            yield Problem(f"domains[{position}]", "invalid-domain", message)


def _rule_problems(rules: Any) -> Iterator[Problem]:
    if len(rules) > MOST_RULES:
        yield Problem("roleRules", "too-many", f"At most {MOST_RULES} rules.")
    rule: RuleDraft
    for position, rule in enumerate(rules[:MOST_RULES]):
        if not rule.claim or not rule.value or not rule.roles:
            message = "A rule has a claim, a value, and at least one role."
            yield Problem(f"roleRules[{position}]", "invalid-rule", message)
