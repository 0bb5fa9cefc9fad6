"""Rehearsal houses as a process of their own: clients may die, the meters live on.

The first line on standard output is JSON: `{"urls": {"<house>": "http://127.0.0.1:<port>"}}`. With --state, each charge is one line of JSON
in that file from the moment it is made. The process ends on SIGTERM or SIGINT.
"""

import asyncio
import contextlib
import json
import os
import signal
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import click
import httpx

from callsheet.errors import CallsheetError, InputError, StorageError
from callsheet.rehearsal.clips import Drawn, Plain
from callsheet.rehearsal.exchange import Clips
from callsheet.rehearsal.faults import read_schedule
from callsheet.rehearsal.house import House, Timing
from callsheet.rehearsal.meter import Charge
from callsheet.rehearsal.server import Server
from callsheet.rehearsal.skins import SKINS, skin
from callsheet.rehearsal.webhooks import Delivery


@click.command()
@click.option("--house", "names", multiple=True, help="A house to open; all three when left out.")
@click.option("--port", default=0, help="The first house's port, the others following; 0 takes any that are free.")
@click.option("--state", type=click.Path(path_type=Path), help="File that gets one line of JSON for each charge.")
@click.option("--faults", default="{}", help='JSON: {"script": {...}} or {"seed": 7, "rates": {...}}.')
@click.option("--timing", default="{}", help='JSON: seconds by name, such as {"run_s": 0.2}.')
@click.option("--traits", default="{}", help='JSON: traits to change in every house, such as {"longest_s": 5}.')
@click.option("--height", default=720, help="The short side of the clips, in pixels.")
@click.option("--drawn", is_flag=True, help="Draw the clips instead of delivering plain ones.")
def main(
    names: tuple[str, ...],
    port: int,
    state: Path | None,
    faults: str,
    timing: str,
    traits: str,
    height: int,
    drawn: bool,
) -> None:
    """Open rehearsal houses on this machine and serve them until stopped."""
    try:
        opened = _houses(names or tuple(SKINS), faults, timing, traits, height, drawn)
        with contextlib.ExitStack() as stack:
            if state is not None:
                log = stack.enter_context(_open(state))
                for house in opened:
                    house.meter.on_charge = _Line(log, house.skin.name)
            asyncio.run(_serve(opened, port))
    except CallsheetError as error:
        raise click.ClickException(str(error)) from error


def _houses(names: tuple[str, ...], faults: str, timing: str, traits: str, height: int, drawn: bool) -> list[House]:
    schedule = read_schedule(_json(faults, "--faults"))
    opened = []
    for name in names:
        seen = skin(name)
        try:
            paced = Timing(**_json(timing, "--timing"))
            seen = replace(seen, traits=replace(seen.traits, **_json(traits, "--traits")))
        except TypeError as error:
            raise InputError(f"--timing or --traits: {error}", remedy="Name fields that exist.") from error
        shelf: dict[str, bytes] = {}
        clips: Clips = Drawn(shelf, height) if drawn else Plain(height)
        opened.append(House(seen, time.time, clips, schedule, paced, shelf=shelf))
    return opened


class _Line:
    """Writes each charge as a line, unbuffered: it is in the file before anyone is answered."""

    def __init__(self, log: BinaryIO, provider: str) -> None:
        self._log, self._provider = log, provider

    def __call__(self, charge: Charge) -> None:
        self._log.write(json.dumps({"provider": self._provider, **charge.as_dict()}).encode() + b"\n")


async def _serve(opened: list[House], port: int) -> None:
    stop = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    async with httpx.AsyncClient(timeout=5) as client, contextlib.AsyncExitStack() as stack:

        async def send(delivery: Delivery) -> None:
            # A webhook that cannot be delivered is lost, as webhooks are.
            with contextlib.suppress(httpx.TransportError, httpx.InvalidURL):
                await client.post(delivery.url, headers=dict(delivery.headers), content=delivery.body)

        urls = {}
        for number, house in enumerate(opened):
            server = await stack.enter_async_context(Server(house, port and port + number, send=send))
            urls[house.skin.name] = server.url
        os.write(1, json.dumps({"urls": urls}).encode() + b"\n")
        await stop.wait()


def _json(text: str, option: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise InputError(f"{option} is not JSON: {error}", remedy="Give a JSON object.") from error
    if not isinstance(value, dict):
        raise InputError(f"{option} is not a JSON object", remedy="Give a JSON object.")
    return value


def _open(state: Path) -> BinaryIO:
    try:
        return state.open("ab", buffering=0)
    except OSError as error:
        raise StorageError(f"cannot write: {error.strerror}", where=str(state), remedy="Check the folder.") from error


if __name__ == "__main__":
    main()
