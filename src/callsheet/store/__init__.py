"""What a production remembers: its document and versions, takes, picks, artefacts and money, in SQLite or PostgreSQL, and blobs by sha256."""

from callsheet.store.blobs import Blobs, BucketBlobs, FolderBlobs
from callsheet.store.memo import Memo
from callsheet.store.production_store import DOCUMENT, ProductionStore
from callsheet.store.rows import Artefact, Pick, Text, Version

__all__ = [
    "DOCUMENT",
    "Artefact",
    "Blobs",
    "BucketBlobs",
    "FolderBlobs",
    "Memo",
    "Pick",
    "ProductionStore",
    "Text",
    "Version",
]
