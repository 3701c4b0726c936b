"""``freehold tenants delete --erase`` and ``freehold certificate``."""

import json
from pathlib import Path

from tests.api.cli.conftest import Run, Told


def test_what_was_erased_is_certified_and_can_be_checked(call: Run, told: Told, tmp_path: Path) -> None:
    printed = call("tenants", "delete", "acme", "--yes", "--erase").stdout
    certificate = json.loads(printed)
    file = tmp_path / "certificate.json"
    file.write_text(printed)
    found = told("certificate", "verify", str(file))
    assert (found["kind"], found["slug"], found["backups"]) == ("erasure", "acme", [])
    assert told("certificate", "key")["publicKey"] == certificate["publicKey"]
    by_key = told("certificate", "verify", str(file), "--public-key", certificate["publicKey"])
    assert by_key == found
    assert "The signature is right." in call("certificate", "verify", str(file), "--text").stdout
    file.write_text(printed.replace("acme", "demo"))
    assert "was changed" in call("certificate", "verify", str(file), status=1).stderr
