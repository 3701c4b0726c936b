"""Objects that the garbage collector passes over.

Whether there are any is remembered here: ``gc.get_freeze_count()`` walks through all of them, a million, at
each call.
"""

import gc

__all__ = ["freeze", "is_frozen", "unfreeze"]

_state = {"frozen": False}


def is_frozen() -> bool:
    """Whether :func:`freeze` was called, and :func:`unfreeze` not since."""
    return _state["frozen"]


def freeze() -> None:
    """Collect garbage; what is left is not looked at again."""
    gc.collect()
    gc.freeze()
    _state["frozen"] = True


def unfreeze() -> None:
    """Have all objects looked at again, for the rest of a test: the next one begins with :func:`freeze`."""
    gc.unfreeze()
    _state["frozen"] = False
