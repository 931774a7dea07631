"""Certificates are what EMR expects, good for the nodes of a region, and new each time."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from cluster_files.certificates import archive, node_domain

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def files(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as source:
        return {name: source.read(name) for name in source.namelist()}


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    return files(archive("us-east-1", NOW, 365))


@pytest.fixture(scope="module")
def certificate(made: dict[str, bytes]) -> x509.Certificate:
    return x509.load_pem_x509_certificate(made["certificateChain.pem"])


def test_the_archive_has_the_files_that_emr_looks_for(made: dict[str, bytes]) -> None:
    assert set(made) == {"privateKey.pem", "certificateChain.pem", "trustedCertificates.pem"}


def test_the_key_belongs_to_the_certificate(made: dict[str, bytes], certificate: x509.Certificate) -> None:
    key = serialization.load_pem_private_key(made["privateKey.pem"], password=None)

    assert isinstance(key, rsa.RSAPrivateKey)
    assert key.key_size == 2048
    assert key.public_key() == certificate.public_key()


def test_nodes_trust_the_certificate_itself(made: dict[str, bytes], certificate: x509.Certificate) -> None:
    trusted = x509.load_pem_x509_certificate(made["trustedCertificates.pem"])
    public, hash_ = trusted.public_key(), certificate.signature_hash_algorithm

    assert isinstance(public, rsa.RSAPublicKey)
    assert hash_ is not None
    public.verify(certificate.signature, certificate.tbs_certificate_bytes, padding.PKCS1v15(), hash_)


def test_it_is_good_from_now_for_as_long_as_asked(certificate: x509.Certificate) -> None:
    assert certificate.not_valid_before_utc <= NOW
    assert certificate.not_valid_after_utc == NOW + timedelta(days=365)


@pytest.mark.parametrize(
    ("region", "domain"), [("us-east-1", "*.ec2.internal"), ("eu-west-1", "*.eu-west-1.compute.internal")]
)
def test_it_is_for_the_private_names_of_nodes(region: str, domain: str) -> None:
    assert node_domain(region) == domain


def test_the_name_is_where_clients_look_for_it(certificate: x509.Certificate) -> None:
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value

    assert names.get_values_for_type(x509.DNSName) == ["*.ec2.internal"]


def test_every_archive_has_a_key_of_its_own(made: dict[str, bytes]) -> None:
    assert files(archive("us-east-1", NOW, 365))["privateKey.pem"] != made["privateKey.pem"]
