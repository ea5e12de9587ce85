"""The same promises as the folder, in an S3-compatible store that runs for the test."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import boto3
import pytest
from moto.server import ThreadedMotoServer

from ncre.photo.file_store import PhotoDamaged, PhotoMissing, PhotoNotKept, PhotoStoreUnavailable
from ncre.photo.object_store import BucketUnusable, PhotoBucket

BYTES = b"the sealed bytes of a photo"
DIGEST = sha256(BYTES).hexdigest()


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
        server.start()
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
        server.stop()


@pytest.fixture
def client(endpoint: str) -> Iterator[object]:
    client = boto3.client("s3", endpoint_url=endpoint)
    client.create_bucket(Bucket="photos")
    yield client
    for found in client.list_objects_v2(Bucket="photos").get("Contents", ()):
        client.delete_object(Bucket="photos", Key=found["Key"])
    client.delete_bucket(Bucket="photos")


@pytest.mark.usefixtures("client")
def test_what_is_put_is_got_back_under_its_hash(endpoint: str) -> None:
    bucket = PhotoBucket("s3://photos/ncre", endpoint)
    assert bucket.put(BYTES) == bucket.put(BYTES) == DIGEST
    assert bucket.get(DIGEST) == BYTES


@pytest.mark.usefixtures("client")
def test_a_photo_that_is_not_there_is_missing(endpoint: str) -> None:
    bucket = PhotoBucket("s3://photos", endpoint)
    for digest in (DIGEST, "../../etc/passwd", DIGEST.upper()):
        with pytest.raises(PhotoMissing):
            bucket.get(digest)


def test_a_damaged_photo_is_not_handed_out(endpoint: str, client: object) -> None:
    client.put_object(Bucket="photos", Key=f"ncre/{DIGEST}", Body=BYTES[:-1])  # type: ignore[attr-defined]
    with pytest.raises(PhotoDamaged):
        PhotoBucket("s3://photos/ncre", endpoint).get(DIGEST)


@pytest.mark.usefixtures("client")
def test_sweeping_takes_what_is_old_and_only_under_its_own_prefix(endpoint: str) -> None:
    drafts, photos = (PhotoBucket(f"s3://photos/ncre/{name}", endpoint) for name in ("drafts", "kept"))
    drafts.put(BYTES)
    photos.put(BYTES)
    now = datetime.now(UTC)
    assert drafts.sweep(now - timedelta(hours=1)) == 0
    assert drafts.sweep(now + timedelta(hours=1)) == 1
    assert photos.get(DIGEST) == BYTES


@pytest.mark.parametrize("address", ["", "photos", "http://photos", "s3://", "s3://A"])
def test_an_address_that_names_no_bucket_is_refused_with_what_it_should_be(address: str) -> None:
    with pytest.raises(BucketUnusable, match="s3://bucket/prefix"):
        PhotoBucket(address)


def test_what_the_store_says_of_one_photo_is_told_from_a_store_that_is_silent(
    endpoint: str, client: object
) -> None:
    bucket = PhotoBucket("s3://photos/kept", endpoint)
    bucket.check(bucket.put(BYTES))
    assert [(file.name, file.digest) for file in bucket.files()] == [(DIGEST, DIGEST)]
    bucket.remove(DIGEST)
    with pytest.raises(PhotoMissing):
        bucket.check(DIGEST)
    gone = PhotoBucket("s3://no-such-bucket/kept", "http://127.0.0.1:9")
    gone._client.meta.config.retries = {"max_attempts": 0}
    with pytest.raises(PhotoStoreUnavailable):
        gone.check(DIGEST)
    with pytest.raises(PhotoNotKept):
        gone.put(BYTES)
