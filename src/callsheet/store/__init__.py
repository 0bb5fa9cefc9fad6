"""What a production remembers: its document and versions, takes, picks, artefacts and money, in SQLite or PostgreSQL, and blobs by sha256."""

from callsheet.store.blobs import Blobs, FolderBlobs
from callsheet.store.bucket import BucketBlobs
from callsheet.store.home import Home
from callsheet.store.memo import Memo
from callsheet.store.move import Moved, move
from callsheet.store.place import Place
from callsheet.store.production_store import DOCUMENT, ProductionStore
from callsheet.store.rows import Artefact, Pick, Text, Version

__all__ = [
    "DOCUMENT",
    "Artefact",
    "Blobs",
    "BucketBlobs",
    "FolderBlobs",
    "Home",
    "Memo",
    "Moved",
    "Pick",
    "Place",
    "ProductionStore",
    "Text",
    "Version",
    "move",
]
