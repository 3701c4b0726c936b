"""``python -m api.cli``: same as ``freehold``."""

from api.cli.main import main

if __name__ == "__main__":
    main()
