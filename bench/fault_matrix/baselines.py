"""Two ways in which takes are bought elsewhere, in little and honestly: what the floor is compared with.

`naive` submits, and submits again on any error, with the job's id in memory. `job-id` saves the job's id when submit has returned, goes
on with saved jobs after a crash, and otherwise submits again.
"""

import asyncio
import contextlib
import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import httpx

from bench.fault_matrix.buyers import TIMEOUT_S, HouseAt, offer_of, recipe
from bench.fault_matrix.judge import too_many
from bench.fault_matrix.points import MortalTransport, Points
from bench.fault_matrix.stage import Report
from callsheet.errors import MediaError
from callsheet.floor.make import measure
from callsheet.rehearsal import KEY

Policy = Literal["naive", "job-id"]
POLICIES: tuple[Policy, ...] = ("naive", "job-id")

_SUBMITS = 4
_POLLS = 60
_DOWNLOADS = 3
_POLL_S = 0.5
_HEADERS = {"authorization": f"Bearer {KEY}"}


@dataclass(frozen=True)
class Errand:
    """One shot to be bought at one house by one of the policies."""

    policy: Policy
    shot: str
    at: HouseAt
    folder: Path


class _Book:
    """What a baseline remembers: clips, and with `job-id` the ids of jobs."""

    def __init__(self, folder: Path) -> None:
        self._db = sqlite3.connect(folder / "book.sqlite", isolation_level=None)
        self._db.execute("CREATE TABLE IF NOT EXISTS clip (shot TEXT PRIMARY KEY, job TEXT)")
        self._db.execute("CREATE TABLE IF NOT EXISTS job (shot TEXT, job TEXT, ended TEXT)")

    def has_clip(self, shot: str) -> bool:
        return self._db.execute("SELECT 1 FROM clip WHERE shot = ?", (shot,)).fetchone() is not None

    def keep(self, shot: str, job: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO clip VALUES (?, ?)", (shot, job))

    def save(self, shot: str, job: str) -> None:
        self._db.execute("INSERT INTO job VALUES (?, ?, NULL)", (shot, job))

    def end(self, job: str, how: str) -> None:
        self._db.execute("UPDATE job SET ended = ? WHERE job = ?", (how, job))

    def open_job(self, shot: str) -> str | None:
        row = self._db.execute("SELECT job FROM job WHERE shot = ? AND ended IS NULL", (shot,)).fetchone()
        return row[0] if row else None

    def known(self) -> set[str]:
        """Jobs that are kept as clips or written down."""
        return {row[0] for row in self._db.execute("SELECT job FROM clip UNION SELECT job FROM job")}

    def close(self) -> None:
        self._db.close()


async def run(errand: Errand, points: Points) -> None:
    """Buy the shot, as far as the policy gets."""
    transport = MortalTransport(points)
    with contextlib.closing(_Book(errand.folder)) as book:
        async with httpx.AsyncClient(transport=transport, timeout=TIMEOUT_S) as client:
            if not book.has_clip(errand.shot):
                await _buy(errand, book, client, points)


async def _buy(errand: Errand, book: _Book, client: httpx.AsyncClient, points: Points) -> None:
    for _ in range(_SUBMITS):
        job = book.open_job(errand.shot) if errand.policy == "job-id" else None
        if job is None:
            job = await _submit(errand, client)
            if job is None:
                await asyncio.sleep(_POLL_S)
                continue
            if errand.policy == "job-id":
                points.reach("save:before")
                book.save(errand.shot, job)
                points.reach("save:after")
        status, url = await _wait(errand, client, job)
        if status == "succeeded" and url and await _download(errand, client, url):
            points.reach("keep:before")
            book.keep(errand.shot, job)
            points.reach("keep:after")
            return
        book.end(job, status)


async def _submit(errand: Errand, client: httpx.AsyncClient) -> str | None:
    offer = offer_of(errand.at.house)
    body = {"client_id": "none", "model": offer, "recipe": recipe(errand.shot, offer).model_dump(mode="json")}
    with contextlib.suppress(httpx.TransportError, json.JSONDecodeError, KeyError):
        response = await client.post(f"{errand.at.url}/v1/takes", headers=_HEADERS, json=body)
        if response.status_code in (200, 201):
            return str(response.json()["id"])
    return None


async def _wait(errand: Errand, client: httpx.AsyncClient, job: str) -> tuple[str, str]:
    """How the job ended, and where its clip is."""
    for _ in range(_POLLS):
        await asyncio.sleep(_POLL_S)
        with contextlib.suppress(httpx.TransportError, json.JSONDecodeError, KeyError, IndexError):
            response = await client.get(f"{errand.at.url}/v1/takes", params={"ids": job}, headers=_HEADERS)
            take = response.json()["takes"][0]
            if take["status"] == "succeeded":
                files = take.get("files", [])
                return "succeeded", str(files[0]["url"]) if files else ""
            if take["status"] not in ("queued", "running"):
                return str(take["status"]), ""
    return "timed out", ""


async def _download(errand: Errand, client: httpx.AsyncClient, url: str) -> bool:
    path = errand.folder / "clip.mp4"
    for _ in range(_DOWNLOADS):
        with contextlib.suppress(httpx.TransportError, MediaError):
            response = await client.get(url)
            if response.status_code == 200:
                path.write_bytes(response.content)
                await asyncio.to_thread(measure, path)
                return True
        await asyncio.sleep(_POLL_S)
    return False


def judge(folder: Path, reports: Sequence[Report]) -> tuple[int, int]:
    """Double charges and lost clips. A clip whose job is written down counts as listed."""
    charged = [job for job in reports if job.micros > 0]
    known: set[str] = set()
    if (folder / "book.sqlite").exists():
        with contextlib.closing(_Book(folder)) as book:
            known = book.known()
    lost = sum(job.status == "succeeded" and job.job not in known for job in charged)
    return too_many(charged), lost
