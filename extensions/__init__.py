"""Room for what an installation adds: packages of its own, named in ``piccolo_conf.py``
(``docs/extending.md``).
"""
