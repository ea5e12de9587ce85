"""Keeps photos in an S3-compatible object store, each under the SHA-256 of what is stored. Optional.

Credentials come from where boto3 looks for them (environment, instance role); none stand in a setting.
"""

from __future__ import annotations

import re
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from ncre.gateways.photo_store import PhotoDamaged, PhotoMissing

_ADDRESS: Final = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*?))?/?")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


class BucketUnusable(Exception):
    """The object store cannot be used; the message says what to do."""


class PhotoBucket:
    def __init__(self, address: str, endpoint: str = "") -> None:
        """`address` is s3://bucket/prefix. Raises BucketUnusable."""
        try:
            import boto3
        except ImportError:
            raise BucketUnusable("photos in S3 need boto3; install it with: pip install 'ncre[s3]'") from None
        found = _ADDRESS.fullmatch(address)
        if found is None:
            raise BucketUnusable(f"the photo store must be like s3://bucket/prefix, not {address!r}")
        self._bucket, prefix = found[1], found[2]
        self._prefix = f"{prefix}/" if prefix else ""
        self._client: Any = boto3.client("s3", endpoint_url=endpoint or None)

    def put(self, data: bytes) -> str:
        """Keep the bytes and return their digest. The store has them when this returns."""
        digest = sha256(data).hexdigest()
        self._client.put_object(Bucket=self._bucket, Key=self._prefix + digest, Body=data)
        return digest

    def get(self, digest: str) -> bytes:
        """Raises PhotoMissing or PhotoDamaged."""
        if not _DIGEST.fullmatch(digest):
            raise PhotoMissing(digest)
        try:
            answer = self._client.get_object(Bucket=self._bucket, Key=self._prefix + digest)
        except self._client.exceptions.NoSuchKey:
            raise PhotoMissing(digest) from None
        data: bytes = answer["Body"].read()
        if sha256(data).hexdigest() != digest:
            raise PhotoDamaged(digest)
        return data

    def sweep(self, before: datetime) -> int:
        """Remove what was put here before; returns how many objects. Never for photos that facts name."""
        gone = 0
        pages = self._client.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self._bucket, Prefix=self._prefix):
            for found in page.get("Contents", ()):
                if found["LastModified"] < before:
                    self._client.delete_object(Bucket=self._bucket, Key=found["Key"])
                    gone += 1
        return gone
