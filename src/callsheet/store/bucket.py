"""Blobs in an S3 bucket, with a folder as cache so that they can be read without copying."""

import contextlib
import functools
import hashlib
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import urlsplit

from callsheet.errors import StorageError
from callsheet.store.blobs import REMEDY, FolderBlobs
from callsheet.store.disk import guarded

if TYPE_CHECKING:
    from obstore.store import ObjectStore

_CHUNK = 1 << 20
_WHOLE = 64 << 20
"""Objects up to this size are sent in one conditional request; an upload in parts cannot be conditional. Both are whole or absent."""

_LONGEST_LOAN_S = 7 * 24 * 3600
_ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")
_KEYS = (
    "Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION, and that they may list, read and write this bucket."
)
_BUCKET = "Create the bucket, or correct CALLSHEET_BLOBS."
_ADDRESS = "Check the network and AWS_ENDPOINT_URL, then run again: what was sent is kept."


def open_bucket(address: str, cache: FolderBlobs, public: str = "") -> "BucketBlobs":
    """The blobs at `s3://bucket/prefix`, with the keys, region and endpoint of the usual AWS_ variables. Nothing is asked of it yet.

    `public` is the endpoint by which others reach the same bucket, for links that are lent; without it none are.
    """
    endpoint = next((os.environ[name] for name in _ENDPOINTS if os.environ.get(name)), "")
    return BucketBlobs(
        _store(address, endpoint), cache, address, (lambda: _store(address, public, public)) if public else None
    )


def _store(address: str, endpoint: str, named: str | None = None) -> "ObjectStore":
    from obstore.store import S3Store

    parts, plain = urlsplit(address), endpoint.startswith("http://")
    given: dict[str, Any] = {"endpoint": named, "virtual_hosted_style_request": False} if named else {}
    return S3Store(
        parts.netloc,
        prefix=parts.path.strip("/") or None,
        client_options={"allow_http": True, "connect_timeout": "10s"} if plain else {"connect_timeout": "10s"},
        retry_config={"max_retries": 4, "retry_timeout": timedelta(seconds=60)},
        **given,
    )


class BucketBlobs:
    """Blobs in any obstore store, such as S3. What was made or read here also lies in `cache`.

    Whoever gets True from `has` may rely on it on every machine: bytes that only the cache holds are sent first.
    """

    def __init__(
        self,
        store: "ObjectStore",
        cache: FolderBlobs,
        address: str = "bucket",
        outside: "Callable[[], ObjectStore] | None" = None,
    ) -> None:
        self._store = store
        self._outside = outside
        self._cache = cache
        self._address = address
        self._seen: set[str] = set()
        # Under the bucket's own name: the same folder may send to another one later.
        self._sent = cache.root / "sent" / hashlib.sha256(address.encode()).hexdigest()[:16]

    def put_file(self, path: Path, *, consume: bool = False) -> str:
        """See Blobs.put_file."""
        return self.send(self._cache.put_file(path, consume=consume))

    def put_bytes(self, data: bytes) -> str:
        """See Blobs.put_bytes."""
        return self.send(self._cache.put_bytes(data))

    def has(self, sha256: str) -> bool:
        """See Blobs.has. Bytes in the bucket are trusted to be sound; they are checked when they are fetched.

        Of what was once sent and is here, the bucket is not asked again, so that a run that changes nothing asks it nothing.
        """
        here = self._cache.has(sha256)
        if sha256 in self._seen or (here and sha256 in self._remembered):
            return True
        if here:
            self.send(sha256)
        elif self.size(sha256) is None:
            return False
        self._seen.add(sha256)
        return True

    def path(self, sha256: str) -> Path:
        """See Blobs.path. Fetched once, from where a killed fetch stopped, while others who want the same wait."""
        if not self._cache.has(sha256):
            self._fetch(sha256)
        return self._cache.path(sha256)

    def open(self, sha256: str) -> BinaryIO:
        """See Blobs.open."""
        place = self.path(sha256)
        with guarded(place):
            return place.open("rb")

    def read(self, sha256: str) -> bytes:
        """See Blobs.read."""
        with self.open(sha256) as file:
            return file.read()

    def copy_to(self, sha256: str, target: Path) -> bool:
        """See Blobs.copy_to."""
        self.path(sha256)
        return self._cache.copy_to(sha256, target)

    def lend(self, sha256: str, seconds: int) -> str | None:
        """See Blobs.lend: signed with the keys of the bucket, for this one file and for reading alone. At most a week, as S3 has it."""
        import obstore
        from obstore.exceptions import BaseError

        if self._outside is None:
            return None
        if self._cache.has(sha256):
            self.send(sha256)
        try:
            store: Any = self._outside()
            return str(obstore.sign(store, "GET", _key(sha256), timedelta(seconds=min(seconds, _LONGEST_LOAN_S))))
        except BaseError as error:
            raise self._refused(sha256, error) from error

    def sweep(self) -> None:
        """See Blobs.sweep. What was fetched in part stays, to be fetched on."""
        self._cache.sweep()

    def size(self, sha256: str) -> int | None:
        """The bytes of the object in the bucket itself, None when it is not there."""
        import obstore
        from obstore.exceptions import BaseError

        try:
            return int(obstore.head(self._store, _key(sha256))["size"])
        except FileNotFoundError:
            return None
        except BaseError as error:
            raise self._refused(sha256, error) from error

    def send(self, sha256: str) -> str:
        """Send what the cache holds, unless the bucket has as many bytes under that name. Raises StorageError."""
        import obstore
        from obstore.exceptions import AlreadyExistsError, BaseError

        place = self._cache.path(sha256)
        with guarded(place):
            length = place.stat().st_size
        found = self.size(sha256)
        if found == length:
            return self._remember(sha256)
        try:
            with contextlib.suppress(AlreadyExistsError):
                first = found is None and length <= _WHOLE
                obstore.put(self._store, _key(sha256), place, mode="create" if first else "overwrite")
        except (FileNotFoundError, BaseError) as error:
            raise self._refused(sha256, error) from error
        return self._remember(sha256)

    @functools.cached_property
    def _remembered(self) -> set[str]:
        try:
            return set(self._sent.read_text("ascii", errors="replace").splitlines())
        except OSError:
            return set()

    def _remember(self, sha256: str) -> str:
        """Note that the bucket has it; a disk that refuses only costs another question later. Whole lines, so processes may share it."""
        self._seen.add(sha256)
        if sha256 not in self._remembered:
            self._remembered.add(sha256)
            with contextlib.suppress(OSError):
                self._sent.parent.mkdir(parents=True, exist_ok=True)
                with self._sent.open("a") as file:
                    file.write(f"{sha256}\n")
        return sha256

    def _fetch(self, sha256: str) -> None:
        with self._fetching(sha256) as part:
            if self._cache.has(sha256):  # by another while we waited
                return
            resumed = self._download(sha256, part)
            sound = self._cache.adopt(part, sha256)
            if not sound and resumed:  # what was left there before is not to be trusted
                self._drop(part)
                self._download(sha256, part)
                sound = self._cache.adopt(part, sha256)
            if not sound:
                self._drop(part)
                raise StorageError(f"the stored file {sha256} is damaged: its bytes are not those that were stored",
                                   where=self._where(sha256), remedy=REMEDY)  # fmt: skip
        self._remember(sha256)

    @contextlib.contextmanager
    def _fetching(self, sha256: str) -> Iterator[Path]:
        from filelock import FileLock

        folder = self._cache.root / "fetching"
        with guarded(folder):
            folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(folder / f"{sha256[:2]}.lock", thread_local=False)
            lock.acquire()
        try:
            yield folder / sha256
        finally:
            lock.release()

    def _download(self, sha256: str, part: Path) -> bool:
        """Bring the object into `part`, going on where it ends. Returns whether some of it was there before."""
        import obstore
        from obstore.exceptions import BaseError

        with guarded(part):
            have = part.stat().st_size if part.exists() else 0
        size = self.size(sha256)
        if size is None:
            self._seen.discard(sha256)
            raise StorageError(f"the stored file {sha256} is gone", where=self._where(sha256), remedy=REMEDY)
        try:
            if have > size:
                self._drop(part)
                have = 0
            if have < size:
                found = obstore.get(self._store, _key(sha256), options={"range": {"offset": have}} if have else None)
                with guarded(part), part.open("ab") as file:
                    for chunk in found.stream(_CHUNK):
                        file.write(chunk)
            elif size == 0:
                with guarded(part):
                    part.touch()
        except FileNotFoundError:
            raise StorageError(f"the stored file {sha256} is gone", where=self._where(sha256), remedy=REMEDY) from None
        except BaseError as error:
            raise self._refused(sha256, error) from error
        return have > 0

    def _drop(self, part: Path) -> None:
        with guarded(part):
            part.unlink(missing_ok=True)

    def _where(self, sha256: str) -> str:
        return f"{self._address}/{_key(sha256)}"

    def _refused(self, sha256: str, error: Exception) -> StorageError:
        from obstore.exceptions import PermissionDeniedError, UnauthenticatedError

        words = str(error)
        line = (words.splitlines() or [type(error).__name__])[0]
        if isinstance(error, FileNotFoundError) or "NoSuchBucket" in words:
            return StorageError("there is no such bucket", where=self._address, remedy=_BUCKET)
        if (
            isinstance(error, PermissionError | PermissionDeniedError | UnauthenticatedError)
            or "InstanceCredential" in words
        ):
            return StorageError("the object store refuses these keys", where=self._address, remedy=_KEYS)
        return StorageError(f"the object store cannot be used: {line}", where=self._where(sha256), remedy=_ADDRESS)


def _key(sha256: str) -> str:
    return f"sha256/{sha256[:2]}/{sha256[2:]}"
