"""No file names a registry host or a path of one machine, or uses a word that docs/glossary.md replaced."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
FORBIDDEN = {
    "a package registry's host": re.compile(
        r"(pypi|pythonhosted|npmjs|registry\.npm)\.(org|com|io)", re.IGNORECASE
    ),
    "a path of one machine": re.compile(r"(?<![\w.-])/(home|root|work|Users)/[\w.-]+/"),
}

CLEANED = (
    ".ci",
    ".env.example",
    "Dockerfile",
    "Makefile",
    "api",
    "benchmarks",
    "central",
    "compose.yaml",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "README.md",
    "docs",
    "piccolo_conf.py",
    "piccolo_engines",
    "tenant_schema",
    "tools",
)
"""The files and folders that are checked for old words."""

EXEMPT = {
    "central/domains/lookup.py": "Answer",  # the name of an exception of dnspython
    "tenant_schema/apps/definitions.py": "reach",
    "tenant_schema/seed_labels.py": "reach",  # the label of a section
    "api/checkup/finding.py": "mend",
    "docs/adr/0096-one-schema-view-and-synchronous-rights.md": "Surroundings|Sight",
    "docs/glossary.md": "mend",
    "docs/operating/command-line.md": "mend",
}
"""Old words that a file may still use, as a regular expression."""

OLD_WORDS = {
    "answer": "response, to respond, to return",
    "answers": "response, to respond, to return",
    "answered": "response, to respond, to return",
    "answering": "response, to respond, to return",
    "edge": "error boundary",
    "edges": "error boundary",
    "door": "mount",
    "doors": "mount",
    "facts": "request context; values, details",
    "surroundings": "schema view",
    "sight": "schema view",
    "leafing": "offset pages",
    "standing_in": "command-line access",
    "standing in": "command-line access",
    "acceptance": "invitations",
    "complaint": "problem collector, problem",
    "complaints": "problem collector, problem",
    "wire": "protocol, wire format",
    "told": "reported, message, or what it is",
    "said": "message, or what it is",
    "meant": "expected, intended, or what it is",
    "anew": "again",
    "mend": "correct, repair",
    "mends": "correct, repair",
    "mended": "correct, repair",
}
"""Words that were replaced, each with what replaced it. See docs/glossary.md."""

OLD_PHRASES = {
    re.compile(
        r"\b(mak(e|es|ing)|made) (a|an|another|the|one's|this|every|each|new) tenants?\b", re.IGNORECASE
    ): ("create or provision a tenant"),
    re.compile(r"\b(a|the|its|their|whose|of|in|\w+'s) reach\b|\bReach\b|_reach\b"): "delegation",
    re.compile(r"\bLastUsed\b"): "Lru",
}


def tracked_files() -> list[Path]:
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]


def cleaned_files() -> list[Path]:
    """The tracked text files under ``CLEANED``, without migrations, Swagger UI and the built frontend."""
    folders = [ROOT / name for name in CLEANED]
    return [
        path
        for path in tracked_files()
        if path != Path(__file__)
        and path.suffix not in {".png", ".ico", ".bin"}
        and not {"piccolo_migrations", "try_page", "dist"} & set(path.parts)
        and any(path.is_relative_to(folder) for folder in folders)
    ]


def as_part_of_a_name(word: str) -> str:
    """A pattern for the word on its own and as a part of ``snake_case`` and ``CamelCase``."""
    capital = word[0].upper() + word[1:]
    return rf"(?<![A-Za-z]){word}(?![a-z])|(?<![A-Z]){capital}(?![a-z])"


PATTERNS = {word: re.compile(as_part_of_a_name(word)) for word in OLD_WORDS}


def patterns_for(text: str) -> dict[re.Pattern[str], str]:
    """The patterns that may match, with what is better: those whose word is somewhere in the text."""
    lowered = text.lower()
    return {
        PATTERNS[word]: better for word, better in OLD_WORDS.items() if word.lower() in lowered
    } | OLD_PHRASES


def test_no_file_names_a_registry_or_a_machine() -> None:
    found = []
    for path in tracked_files():
        if path == Path(__file__) or path.suffix in {".png", ".ico"}:
            continue
        text = path.read_text(errors="replace")
        found += [
            f"{path.relative_to(ROOT)}: {what}" for what, pattern in FORBIDDEN.items() if pattern.search(text)
        ]
    assert not found


def test_no_file_uses_a_word_that_was_replaced() -> None:
    found = []
    for path in cleaned_files():
        name = str(path.relative_to(ROOT))
        exempt = re.compile(EXEMPT.get(name, r"(?!)"), re.IGNORECASE)
        text = path.read_text(errors="replace")
        found += [
            f"{name}:{text.count(chr(10), 0, match.start()) + 1}: {match.group()!r}; say {better}"
            for pattern, better in patterns_for(text).items()
            for match in pattern.finditer(text)
            if not exempt.search(match.group())
        ]
    assert not found, "\n".join(found)


def test_every_exemption_is_needed() -> None:
    needless = [
        name
        for name, words in EXEMPT.items()
        if not (ROOT / name).is_file() or not re.search(words, (ROOT / name).read_text(), re.IGNORECASE)
    ]
    assert not needless
