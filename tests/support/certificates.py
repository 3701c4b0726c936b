"""A certificate authority for tests, and a certificate of 127.0.0.1 by it."""

import datetime as dt
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

__all__ = ["Certificates", "make_certificates"]


@dataclass(frozen=True, slots=True)
class Certificates:
    """Where they are."""

    authority: Path
    certificate: Path
    key: Path


def make_certificates(folder: Path, *, by_the_book: bool = True) -> Certificates:
    """Write a certificate authority, and the certificate and key of a server on 127.0.0.1.

    :param by_the_book: they name each other's keys, without which Python trusts nobody from 3.13 on.
    """
    authority_key, key = _key(), _key()
    issuer = _name("An authority of tests")
    ca = _builder(issuer, issuer, authority_key)
    ca = ca.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    usage = dict.fromkeys(
        ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
         "encipher_only", "decipher_only"), False,
    )  # fmt: skip
    ca = ca.add_extension(x509.KeyUsage(key_cert_sign=True, crl_sign=True, **usage), critical=True)
    server = _builder(_name("127.0.0.1"), issuer, key)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    server = server.add_extension(x509.SubjectAlternativeName([address]), critical=False)
    if by_the_book:
        public = authority_key.public_key()
        ca = ca.add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        issued = x509.AuthorityKeyIdentifier.from_issuer_public_key(public)
        server = server.add_extension(issued, critical=False)
    found = Certificates(folder / "ca.pem", folder / "server.pem", folder / "server.key")
    pem = serialization.Encoding.PEM
    found.authority.write_bytes(ca.sign(authority_key, hashes.SHA256()).public_bytes(pem))
    found.certificate.write_bytes(server.sign(authority_key, hashes.SHA256()).public_bytes(pem))
    plain = serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    found.key.write_bytes(key.private_bytes(pem, *plain))
    return found


def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _builder(subject: x509.Name, issuer: x509.Name, key: rsa.RSAPrivateKey) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
    )
