"""Where a production's memory is kept: in its folder, or on a PostgreSQL server and in an S3 bucket, by two settings."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from callsheet.errors import InputError

DATABASE_SETTING = "CALLSHEET_DATABASE_URL"
BLOBS_SETTING = "CALLSHEET_BLOBS"
PUBLIC_SETTING = "CALLSHEET_BLOBS_PUBLIC"

_SERVER_DRIVERS = {"postgresql", "postgres", "postgresql+psycopg"}
_DATABASE_REMEDY = f"Set {DATABASE_SETTING} to postgresql://USER:PASSWORD@HOST:5432/NAME, or unset it to keep the memory in the folder."
_BLOBS_REMEDY = (
    f"Set {BLOBS_SETTING} to s3://BUCKET/PREFIX, or unset it to keep the files in the folder. "
    "Keys go into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
)
_PUBLIC_REMEDY = (
    f"Set {PUBLIC_SETTING} to the address at which others reach the object store, such as https://s3.eu-central-1.amazonaws.com, "
    "or unset it."
)


@dataclass(frozen=True)
class Place:
    """Where rows and blobs go: `database` is a server's address with its credentials, None for SQLite in the folder; `blobs` is
    `s3://bucket/prefix`, empty for the folder. Neither its repr nor its names ever hold a password."""

    database: URL | None = field(default=None, repr=False)
    blobs: str = ""
    public: str = field(default="", compare=False)
    """Where others reach the object store, an https address; empty when they do not, or need not."""

    @classmethod
    def from_settings(cls, settings: Mapping[str, str] | None = None) -> "Place":
        """The place that the settings name (the process's environment by default). Raises InputError, never showing what was set."""
        given = os.environ if settings is None else settings
        database, blobs = given.get(DATABASE_SETTING, "").strip(), given.get(BLOBS_SETTING, "").strip()
        public = given.get(PUBLIC_SETTING, "").strip()
        return cls(
            _server(database) if database else None,
            _bucket(blobs) if blobs else "",
            _endpoint(public) if public and blobs else "",
        )

    @property
    def database_name(self) -> str:
        """`host:port/name` of the server's database, empty for the folder; fit for people, files and logs."""
        return "" if self.database is None else name_of(self.database)

    def __str__(self) -> str:
        return f"{self.database_name or 'the folder'}, files in {self.blobs or 'the folder'}"


def name_of(url: URL) -> str:
    """`host:port/name` of a server's database, without user, password or options."""
    host = url.host or url.query.get("host") or "localhost"
    host = host if isinstance(host, str) else ",".join(host)
    port = url.port or url.query.get("port") or 5432
    return f"{host}:{port}/{url.database}"


def _server(address: str) -> URL:
    scheme = address.partition(":")[0].lower() if "://" in address else ""
    if scheme not in _SERVER_DRIVERS:
        says = f"a {scheme} database cannot be used" if scheme.isalnum() else "it is not the address of a database"
        raise InputError(f"{says}: PostgreSQL is the server that can", where=DATABASE_SETTING, remedy=_DATABASE_REMEDY)
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):  # their words would show the password
        url = None
    if url is None or not url.database:
        missing = "it cannot be read as an address" if url is None else "it names no database"
        raise InputError(missing, where=DATABASE_SETTING, remedy=_DATABASE_REMEDY)
    return url.set(drivername="postgresql")


def _endpoint(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme != "https" or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise InputError("it is not the https address of an object store", where=PUBLIC_SETTING, remedy=_PUBLIC_REMEDY)
    return address.rstrip("/")


def _bucket(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme != "s3":
        says = (
            f"a {parts.scheme}:// store cannot be used"
            if "://" in address and parts.scheme
            else "it is not the address of a bucket"
        )
        raise InputError(f"{says}: s3:// can", where=BLOBS_SETTING, remedy=_BLOBS_REMEDY)
    if not parts.netloc or "@" in parts.netloc or ":" in parts.netloc or parts.query or parts.fragment:
        raise InputError(
            "it must be a bucket and a prefix, and nothing else", where=BLOBS_SETTING, remedy=_BLOBS_REMEDY
        )
    path = "/".join(part for part in parts.path.split("/") if part)
    return f"s3://{parts.netloc}/{path}".rstrip("/")
