"""Rehearsal: local stand-ins for providers, with a menu of faults and a charge meter that shows what a real run would be billed.

A `House` is one provider as a state machine; `Memory` serves houses without a socket, `Server` on a real port, and
`python -m callsheet.rehearsal` as a process of its own; `Rehearsal` is the adapter through which the floor buys from one.
"""

from callsheet.rehearsal.clips import Drawn, Plain
from callsheet.rehearsal.exchange import Clips, Reply, Request
from callsheet.rehearsal.faults import (
    JOBLESS,
    STAGE_OF,
    Calm,
    Fault,
    Schedule,
    Scripted,
    Seeded,
    Stage,
    read_schedule,
    storm,
)
from callsheet.rehearsal.house import House, Timing, houses
from callsheet.rehearsal.meter import Charge, Meter
from callsheet.rehearsal.provider import Rehearsal, providers
from callsheet.rehearsal.server import Server
from callsheet.rehearsal.skins import KEY, SECRET, SKINS, Billing, Skin, skin
from callsheet.rehearsal.ticket import Ticket
from callsheet.rehearsal.transport import Memory, address
from callsheet.rehearsal.webhooks import Delivery, Send, post, sign, verify

__all__ = [
    "JOBLESS",
    "KEY",
    "SECRET",
    "SKINS",
    "STAGE_OF",
    "Billing",
    "Calm",
    "Charge",
    "Clips",
    "Delivery",
    "Drawn",
    "Fault",
    "House",
    "Memory",
    "Meter",
    "Plain",
    "Rehearsal",
    "Reply",
    "Request",
    "Schedule",
    "Scripted",
    "Seeded",
    "Send",
    "Server",
    "Skin",
    "Stage",
    "Ticket",
    "Timing",
    "address",
    "houses",
    "post",
    "providers",
    "read_schedule",
    "sign",
    "skin",
    "storm",
    "verify",
]
