"""The record API's engine: query grammar, compiler to Piccolo, cursors, validation, and the service over
them.

From the outside in: ``service`` (what a request does) · ``grammar`` and ``documents`` (text and JSON to
``query``) · ``compiler`` and ``keyset`` (``query`` to Piccolo) · ``statements`` and ``prepared`` (Piccolo
once per shape, then only values) · ``rendering`` and ``validation`` (rows out, bodies in) · ``cursors``
(signed positions).
"""

__all__: list[str] = []
