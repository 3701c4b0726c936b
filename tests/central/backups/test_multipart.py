"""What killed processes have left of uploads into a bucket is listed and removed."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from central.backups.errors import StoreUnavailable
from central.backups.multipart import _signed, abort_unfinished
from central.backups.store import BackupStore
from central.settings.backups import S3Address
from tests.support.object_store import ObjectServer, broken_store, object_server, silent, with_error_500
from tests.support.waiting import until_sync

ADDRESS = S3Address("backups", "of/tests", "http://127.0.0.1:9000", "eu-central-1", "id", "secret")

UPLOADING = """
import asyncio, os, sys
from central.backups.store import BackupStore
from central.settings.backups import S3Address

async def pieces():
    for _ in range(40):
        yield os.urandom(1024 * 1024)
    print("uploaded", flush=True)
    await asyncio.Event().wait()

endpoint, bucket, key, secret = sys.argv[1:]
address = S3Address(bucket, "of/tests", endpoint, access_key=key, secret_key=secret)
asyncio.run(BackupStore(address).upload("tenants/a/b & c.freehold", pieces()))
"""


@pytest.fixture(scope="module")
def server() -> Iterator[ObjectServer]:
    with object_server() as found:
        yield found


def test_what_is_left_of_a_killed_upload_is_removed(server: ObjectServer) -> None:
    before = server.unfinished_uploads()
    where = [server.endpoint, server.bucket, server.key, server.secret]
    process = subprocess.Popen(
        [sys.executable, "-c", UPLOADING, *where], stdout=subprocess.PIPE, env=dict(os.environ)
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"uploaded\n"
    until_sync(lambda: server.unfinished_uploads() > before)
    process.kill()
    process.communicate()
    server.begin_upload("others/object")
    assert server.unfinished_uploads() == before + 2
    store = BackupStore(server.address("of/tests"))
    # moto says of each upload that it was begun in 2010
    assert asyncio.run(store.sweep(timedelta(days=30 * 365))) == 0
    assert asyncio.run(store.sweep(timedelta(seconds=-60))) == 1
    assert server.unfinished_uploads() == before + 1  # of somebody else in the bucket
    asyncio.run(BackupStore(server.address("others")).sweep(timedelta(seconds=-60)))


def test_what_is_left_of_one_upload_is_removed_at_once(server: ObjectServer) -> None:
    names = ("tenants/a/one.freehold", "tenants/a/two.freehold")
    for name in names:
        server.begin_upload(f"at/once/{name}")
    before = server.unfinished_uploads()
    asyncio.run(BackupStore(server.address("at/once")).discard(names[0]))
    assert server.unfinished_uploads() == before - 1
    asyncio.run(BackupStore(server.address("at/once")).discard(names[1]))
    assert server.unfinished_uploads() == before - 2


@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("GET", "http://127.0.0.1:9000/backups?max-uploads=1000&prefix=of%2Ftests%2F&uploads="),
        ("DELETE", "http://127.0.0.1:9000/backups/of/a%20%26%20b.freehold?uploadId=x~y_z-1.%2F%3D"),
        ("GET", "https://s3.eu-central-1.amazonaws.com/backups?uploads="),
    ],
)
def test_requests_are_signed_as_amazon_s_own_client_signs_them(method: str, url: str) -> None:
    parts, now = urlsplit(url), datetime.now(UTC)
    own = _signed(ADDRESS, method, parts.netloc, parts.path, parts.query, now)
    request = AWSRequest(
        method,
        f"{parts.scheme}://{parts.netloc}{parts.path}",
        params=dict(parse_qsl(parts.query, keep_blank_values=True)),
        headers={"x-amz-content-sha256": own["x-amz-content-sha256"]},
    )
    signer = S3SigV4Auth(Credentials("id", "secret"), "s3", "eu-central-1")
    request.context["timestamp"] = own["x-amz-date"]
    request.headers["X-Amz-Date"] = own["x-amz-date"]
    canonical = signer.canonical_request(request)
    signature = signer.signature(signer.string_to_sign(request, canonical), request)
    assert own["authorization"].endswith(f"Signature={signature}")


@pytest.mark.parametrize("answer", [with_error_500, silent])
async def test_a_server_that_is_out_of_order_is_reported(answer: object) -> None:
    async with broken_store(answer) as address:  # type: ignore[arg-type] # both are
        with pytest.raises(StoreUnavailable):
            await abort_unfinished(address, datetime.now(UTC), 0.3)


async def test_without_keys_of_its_own_nothing_is_asked() -> None:
    nowhere = S3Address("backups", "", "http://127.0.0.1:9")
    assert await abort_unfinished(nowhere, datetime.now(UTC), 0.3) == 0
