"""A mail server, and a context that trusts it."""

import ssl
from collections.abc import AsyncIterator

import pytest

from tests.support.certificates import Certificates, make_certificates
from tests.support.mail_server import MailServer, running_mail_server


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def trusting(certificates: Certificates) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificates.authority))


@pytest.fixture
async def server(certificates: Certificates) -> AsyncIterator[MailServer]:
    async with running_mail_server(certificates) as running:
        yield running
