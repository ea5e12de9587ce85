"""Keeps photos in an S3-compatible object store, each under the SHA-256 of what is stored. Optional.

Credentials come from where boto3 looks for them (environment, instance role); none stand in a setting.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from ncre.photo.file_store import PhotoDamaged, PhotoMissing, PhotoNotKept, PhotoStoreUnavailable, StoredFile

log = logging.getLogger("ncre.photos")

_ADDRESS: Final = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*?))?/?")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


class BucketUnusable(Exception):
    """The object store cannot be used; the message says what to do."""


class PhotoBucket:
    def __init__(self, address: str, endpoint: str = "") -> None:
        """`address` is s3://bucket/prefix. Raises BucketUnusable."""
        try:
            import boto3
            from botocore.exceptions import BotoCoreError, ClientError
        except ImportError:
            raise BucketUnusable("photos in S3 need boto3; install it with: pip install 'ncre[s3]'") from None
        found = _ADDRESS.fullmatch(address)
        if found is None:
            raise BucketUnusable(f"the photo store must be like s3://bucket/prefix, not {address!r}")
        self._bucket, prefix = found[1], found[2]
        self._prefix = f"{prefix}/" if prefix else ""
        self._errors = (BotoCoreError, ClientError)
        self._client: Any = boto3.client("s3", endpoint_url=endpoint or None)

    def put(self, data: bytes) -> str:
        """Keep the bytes and return their digest. The store has them when this returns."""
        digest = sha256(data).hexdigest()
        try:
            self._client.put_object(Bucket=self._bucket, Key=self._prefix + digest, Body=data)
        except self._errors as error:
            log.error("a photo cannot be kept in %s: %s", self._bucket, error)
            raise PhotoNotKept(str(error)) from error
        return digest

    def get(self, digest: str) -> bytes:
        """Raises PhotoMissing or PhotoDamaged."""
        if not _DIGEST.fullmatch(digest):
            raise PhotoMissing(digest)
        data = self.read(digest)
        if sha256(data).hexdigest() != digest:
            raise PhotoDamaged(digest)
        return data

    def check(self, digest: str) -> None:
        """Raises PhotoMissing; the store answers for what it keeps."""
        try:
            self._client.head_object(Bucket=self._bucket, Key=self._prefix + digest)
        except self._errors as error:
            raise _fault(error, digest) from error

    def files(self) -> Iterator[StoredFile]:
        for found in self._listed():
            name = found["Key"].removeprefix(self._prefix)
            yield StoredFile(name, name if _DIGEST.fullmatch(name) else "", found["LastModified"])

    def read(self, name: str) -> bytes:
        try:
            data: bytes = self._client.get_object(Bucket=self._bucket, Key=self._prefix + name)["Body"].read()
        except self._errors as error:
            raise _fault(error, name) from error
        return data

    def remove(self, name: str) -> None:
        self._client.delete_object(Bucket=self._bucket, Key=self._prefix + name)

    def discard(self, digest: str) -> None:
        try:
            self.remove(digest)
        except self._errors as error:
            raise PhotoStoreUnavailable(str(error)) from error

    def sweep(self, before: datetime) -> int:
        """Remove what was put here before; returns how many objects. Never for photos that facts name."""
        gone = 0
        for found in self._listed():
            if found["LastModified"] < before:
                self._client.delete_object(Bucket=self._bucket, Key=found["Key"])
                gone += 1
        return gone

    def _listed(self) -> Iterator[dict[str, Any]]:
        pages = self._client.get_paginator("list_objects_v2")
        try:
            for page in pages.paginate(Bucket=self._bucket, Prefix=self._prefix):
                yield from page.get("Contents", ())
        except self._errors as error:
            raise PhotoStoreUnavailable(str(error)) from error


def _fault(error: Any, name: str) -> PhotoMissing | PhotoStoreUnavailable:
    """What an error of the client says: this photo is not there, or nothing can be said of any."""
    status = getattr(error, "response", {}).get("ResponseMetadata", {}).get("HTTPStatusCode")
    return PhotoMissing(name) if status == 404 else PhotoStoreUnavailable(str(error))
