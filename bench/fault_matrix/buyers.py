"""Our buying process, as it is killed: the floor of the product on a real database, whose arrows and wire are crash points."""

import dataclasses
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.fault_matrix import haste
from bench.fault_matrix.points import MortalTransport, Points, mortal_attempts
from bench.fault_matrix.stage import skin_of
from callsheet.errors import ConflictError
from callsheet.film import Camera, Mood, Order, Rate, Recipe
from callsheet.floor.buying import Buyer
from callsheet.floor.crew import Crew
from callsheet.floor.engine import PlainEngine
from callsheet.floor.floor import Floor
from callsheet.floor.hints import Door, Hints
from callsheet.floor.lines import Lines
from callsheet.floor.order import BuyOrder, Route
from callsheet.money.attempts import Attempt
from callsheet.providers.hosted import Create, Hosted, Refused
from callsheet.providers.wire import Lost, Unsent, Wire
from callsheet.rehearsal import Rehearsal
from callsheet.store import ProductionStore
from callsheet.store.place import Place

TIMEOUT_S = 12.0
"""How long a provider may take to answer, in bench seconds."""
GRACE_S = 16.0
BUSY = 75
"""Exit code of a run that found the production still locked by the one before, which is dying."""
FRAMES = 12


@dataclass(frozen=True)
class HouseAt:
    """A house that is open: which of the three it is, its own name, and its address."""

    house: str
    name: str
    url: str

    def provider(self) -> Rehearsal:
        """The adapter through which we buy there."""
        return Rehearsal(skin_of(self.house, self.name), self.url, haste.now)


@dataclass(frozen=True)
class Shopping:
    """What is to be bought: shots by address, each with the houses to ask, in the order in which they are wanted."""

    shots: Mapping[str, Sequence[HouseAt]]
    folder: Path
    database: str = ""
    """The address of a server; empty for SQLite in the folder."""
    port: int = 0
    """Where webhooks are heard; 0 is for a store that is only looked at."""
    durable: bool = False
    """Whether DBOS runs the flows instead of the plain engine."""
    careless: bool = False
    """Whether the buyer sends again what was lost: the matrix must find that out."""

    def place(self) -> Place:
        """Where rows go."""
        return Place.from_settings({"CALLSHEET_DATABASE_URL": self.database} if self.database else {})

    def store(self) -> ProductionStore:
        """The production's memory, on the bench's time."""
        return ProductionStore.open(self.folder, haste.clock, place=self.place())


def recipe(shot: str, offer: str) -> Recipe:
    """What is asked of a house."""
    order = Order(code=shot, action="a kettle boils", camera=Camera(), frames=FRAMES, rate=Rate(24), framings=("16:9",),
                  mood=Mood(), creativity=0.5, time_of_day=None, weather=None, use_case=None, location=None,
                  location_id=None, cast=(), props=(), look=None, language="en", text_room="none", references=())  # fmt: skip
    return Recipe(offer=offer, engine="rehearsal-1", seed=1, order=order)


def offer_of(house: str) -> str:
    """The model that is bought in a house."""
    return f"{house}/standard"


async def shop(shopping: Shopping, points: Points) -> None:
    """Buy what is missing, and end. Raises SystemExit(BUSY) while another process holds the production."""
    open_houses = {at.name: at for houses in shopping.shots.values() for at in houses}
    providers = {name: at.provider() for name, at in open_houses.items()}
    with shopping.store() as store:
        engine = None if shopping.durable else PlainEngine()
        crew = _Crew(tuple(providers.values()), grace_s=GRACE_S, timeout_s=TIMEOUT_S, points=points, port=shopping.port)
        floor = _Floor(store, shopping, points, engine=engine, crew=crew)
        try:
            async with floor:
                await floor.buy([_order(shot, houses, providers) for shot, houses in shopping.shots.items()])
        except ConflictError as error:
            raise SystemExit(BUSY) from error


def _order(shot: str, houses: Sequence[HouseAt], providers: Mapping[str, Rehearsal]) -> BuyOrder:
    routes = []
    for at in houses:
        wanted = recipe(shot, offer_of(at.house))
        price = providers[at.name].quote(wanted.offer, wanted.order)
        assert price is not None
        routes.append(Route(at.name, wanted, price))
    return BuyOrder(shot, "Ada", routes)


@dataclass(frozen=True)
class _Crew(Crew):
    """Reaches providers over a mortal wire, and hears their hints."""

    points: Points | None = None
    port: int = 0

    @asynccontextmanager
    async def lines(self) -> AsyncIterator[Lines]:
        assert self.points is not None
        wire = Wire(MortalTransport(self.points), timeout_s=self.timeout_s)
        door = Door(f"http://127.0.0.1:{self.port}", self.port)
        lines = Lines(self.hosted, wire, webhook=door.address)
        async with AsyncExitStack() as stack:
            stack.push_async_callback(lines.close)
            await stack.enter_async_context(Hints(lines, door.port, "127.0.0.1"))
            yield lines


class _Floor(Floor):
    """The floor, with mortal attempts."""

    def __init__(
        self, store: ProductionStore, shopping: Shopping, points: Points, *, engine: PlainEngine | None, crew: Crew
    ) -> None:
        super().__init__(store, jobs=1, engine=engine, crew=crew)
        self._shopping, self._points = shopping, points

    def _hire(self, lines: Lines, crew: Crew) -> Buyer:
        buyer = super()._hire(lines, crew)
        buyer.attempts = mortal_attempts(self._store, self._points)
        if self._shopping.careless:
            buyer = _Careless(**{f.name: getattr(buyer, f.name) for f in dataclasses.fields(buyer)})
        return buyer


class _Careless(Buyer):
    """Sends again what was lost, as clients do that retry: what the matrix must find out."""

    async def _send(self, attempt: Attempt, provider: Hosted, references: Mapping[str, Path]) -> Attempt:
        create = Create(attempt.id, attempt.recipe, references, self.lines.webhook(provider.name))
        try:
            accepted = await provider.submit(self.lines.wire, create)
        except (Lost, Unsent, Refused):
            return await super()._send(attempt, provider, references)
        return await self.run(self.attempts.accepted, attempt.id, accepted.job)
