"""The format of archives (``.freehold``): key slots, sealed portions, lines and digests, without a database.

``docs/archive-format.md`` describes it for other programs.
"""
