"""The bounded mapping that drops what was used longest ago."""

from piccolo_engines.lru import Lru


def test_what_was_used_last_is_kept() -> None:
    kept: Lru[str, int] = Lru(2)
    kept.put("a", 1)
    kept.put("b", 2)
    assert kept.get("a") == 1
    kept.put("c", 3)
    assert (kept.get("a"), kept.get("b"), kept.get("c"), len(kept)) == (1, None, 3, 2)


def test_a_value_that_is_written_again_counts_as_used() -> None:
    kept: Lru[str, int] = Lru(2)
    for name in ("a", "b", "a", "c"):
        kept.put(name, 1)
    assert (kept.get("a"), kept.get("b"), kept.get("c")) == (1, None, 1)


def test_none_is_a_value_like_any_other() -> None:
    kept: Lru[str, int | None] = Lru(2)
    kept.put("a", None)
    assert (kept.get("a", 1), kept.get("b", 1)) == (None, 1)


def test_nothing_is_left_after_clear() -> None:
    kept: Lru[str, int] = Lru(2)
    kept.put("a", 1)
    kept.clear()
    assert (kept.get("a"), len(kept)) == (None, 0)
