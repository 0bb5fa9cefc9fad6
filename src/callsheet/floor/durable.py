"""The durable engine: DBOS Transact on a SQLite file of its own, or on a server that many processes share. The only module that knows DBOS,
and it is imported only when needed."""

import asyncio
import functools
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

from dbos import DBOS, DBOSClient, DBOSConfig, SetEnqueueOptions, SetWorkflowID, WorkflowHandleAsync, WorkflowStatus
from dbos import error as dbos_error
from sqlalchemy import Engine as SqlEngine
from sqlalchemy import create_engine, event
from sqlalchemy.exc import DBAPIError

from callsheet.errors import CallsheetError, ConflictError, StorageError
from callsheet.floor.engine import Flow, FlowState, Forgotten, Json, State
from callsheet.store.database import careful

_NAME = "callsheet"
_VERSION = "flows-1"
"""Fixed, because DBOS would otherwise hash our code and leave every unfinished flow behind at each release. A flow whose steps change
gets a new name instead."""

_SCHEMA = "callsheet_flows"
"""Where DBOS keeps its tables on a server, apart from ours."""

_THREADS = 16
"""DBOS's own default has no bound."""

_CONNECTIONS = 10
_POLL_S = 0.2
_CLAIM_EVERY_S = 0.25
_LOOK_EVERY_S = 0.25
_LOOKS_A_SECOND = 4000
"""However many flows are waited for, no more than so many a second are asked about."""

_AT_ONCE = 2000
_LATEST_TURN = 2**31 - 2
_STATES: dict[str, State] = {"SUCCESS": "done", "CANCELLED": "cancelled", "ERROR": "failed",
                             "MAX_RECOVERY_ATTEMPTS_EXCEEDED": "failed"}  # fmt: skip
_OPEN = ["PENDING", "ENQUEUED", "DELAYED"]
_REMEDY = "Delete .callsheet/dbos.sqlite and run again: it holds only work in progress, every finished take stays."


_Workflow: TypeAlias = Callable[[str, Json], Coroutine[Any, Any, Json]]


@dataclass(frozen=True)
class Fleet:
    """How a process shares the flows of a server with others."""

    id: str
    """Its name, new at each start: what it has claimed and not finished is known by it."""
    queues: Mapping[str, str]
    """On which queue the flows of each name wait."""
    at_once: Mapping[str, int]
    """How many flows of each queue one process takes at a time, on every machine: whoever starts last says it for all. A queue that is
    not named here is one that this process only fills."""


class _Checkpointed:
    """Steps whose results DBOS keeps."""

    async def run(self, name: str, work: Callable[[], Awaitable[Json]]) -> Json:
        """See Steps.run."""

        async def step() -> Json:
            return await work()

        return await DBOS.run_step_async({"name": name}, step)


class DurableEngine:
    """An Engine whose flows survive the process. One at a time in a process.

    On a SQLite file, and on a server without a `fleet`, flows run in the process that starts them, or in the next of the same `name`. With
    a fleet they wait on queues, and any process of the fleet takes them.
    """

    _open: ClassVar[bool] = False
    """DBOS is one object a process."""

    def __init__(self, url: str, fleet: Fleet | None = None, name: str = "local") -> None:
        self._url = url
        self._fleet = fleet
        self._executor = fleet.id if fleet is not None else name
        self._sql: SqlEngine | None = None
        self._named: dict[str, _Workflow] = {}
        self._handles: dict[str, WorkflowHandleAsync[Json]] = {}
        self._tasks: dict[str, asyncio.Task[Json]] = {}
        self._closing = False
        self._wanted: dict[str, asyncio.Future[Json]] = {}
        self._watcher: asyncio.Task[None] | None = None
        self._asked: dict[str, asyncio.Future[FlowState | None]] = {}

    async def open(self, flows: Mapping[str, Flow]) -> None:
        """See Engine.open. Raises StorageError when its tables cannot be used, ConflictError when this process has one open already."""
        if DurableEngine._open:
            raise ConflictError(
                "this process is already shooting", remedy="Wait until that is done, or use another process."
            )
        DurableEngine._open, self._closing = True, False
        try:
            DBOS(config=self._config())
            for name, flow in flows.items():
                self._named[name] = self._register(name, flow)
            if self._fleet is not None:
                DBOS.listen_queues(sorted(self._fleet.at_once))
            # Inside the running loop: DBOS adopts it, so that flows it takes up again run here and not in a thread of its own.
            DBOS.launch()
            await self._register_queues()
        except DBAPIError as error:
            await self.close()
            where = ".callsheet/dbos.sqlite" if self._sql is not None else f"schema {_SCHEMA}"
            raise StorageError(
                "its record of work in progress cannot be used", where=where,
                remedy=_REMEDY if self._sql is not None else "Make the database's user owner of that schema, then run again.",
            ) from error  # fmt: skip
        except BaseException:
            await self.close()
            raise
        if self._fleet is None:
            await self.forget([f.id for f in await self.flows() if f.state != "running"])

    def _config(self) -> DBOSConfig:
        config: DBOSConfig = {
            "name": _NAME,
            "system_database_url": self._url,
            "application_version": _VERSION,
            "executor_id": self._executor,
            "max_executor_threads": _THREADS,
            "notification_listener_polling_interval_sec": _POLL_S,
            "enable_otlp": False,
            "log_level": "CRITICAL",
        }
        if self._url.startswith("sqlite"):
            self._sql = _sqlite(self._url)
            config["system_database_engine"] = self._sql
        else:
            config["dbos_system_schema"] = _SCHEMA
            config["sys_db_pool_size"] = _CONNECTIONS
        return config

    async def _register_queues(self) -> None:
        if self._fleet is None:
            return
        for queue in sorted(set(self._fleet.queues.values())):
            await DBOS.register_queue_async(
                queue,
                worker_concurrency=self._fleet.at_once.get(queue),
                polling_interval_sec=_CLAIM_EVERY_S,
                on_conflict="always_update" if queue in self._fleet.at_once else "never_update",
            )

    async def close(self) -> None:
        """See Engine.close. A fleet gets back at once what this process had claimed."""
        self._closing = True
        if self._watcher is not None:
            self._watcher.cancel()
            await asyncio.gather(self._watcher, return_exceptions=True)
        await self.halt()
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1) as thread:
            await loop.run_in_executor(thread, functools.partial(DBOS.destroy, destroy_registry=True))
            # DBOS made its own threads the loop's; they are gone now.
            loop.set_default_executor(ThreadPoolExecutor(_THREADS))
            await self.halt()
            for waiting in self._wanted.values():
                waiting.cancel()
            if self._fleet is not None and self._named:
                await loop.run_in_executor(thread, self._hand_back)
        if self._sql is not None:
            self._sql.dispose()
        DurableEngine._open = False

    async def halt(self) -> None:
        """Stop every flow that runs here, and begin no other. They stay unfinished."""
        self._closing = True
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def abandon(self, error: CallsheetError) -> None:
        """Tell whoever waits for a flow that nothing will come of it here."""
        for id in list(self._wanted):
            self._end(id, error)

    @property
    def running(self) -> int:
        """How many flows run in this process."""
        return len(self._tasks)

    async def start(self, flow: str, id: str, order: Json, turn: int = 0) -> None:
        """See Engine.start."""
        found = await self._find(id)
        if found is not None:
            if found.state == "running":
                return
            await self.forget([id])
        with SetWorkflowID(id):
            if self._fleet is None:
                self._handles[id] = await DBOS.start_workflow_async(self._named[flow], id, order)
                return
            with SetEnqueueOptions(priority=1 + max(0, min(turn, _LATEST_TURN))):
                await DBOS.enqueue_workflow_async(self._fleet.queues[flow], self._named[flow], id, order)

    async def wait(self, id: str) -> Json:
        """See Engine.wait."""
        handle: WorkflowHandleAsync[Json] | None = self._handles.pop(id, None)
        if handle is None and self._fleet is not None:
            return await self._told(id)
        if handle is None:
            try:
                handle = await DBOS.retrieve_workflow_async(id)
            except dbos_error.DBOSNonExistentWorkflowError:
                raise Forgotten(f"no flow has the id {id}") from None
        return await handle.get_result(polling_interval_sec=_POLL_S)

    async def cancel(self, id: str) -> None:
        """See Engine.cancel."""
        await DBOS.cancel_workflow_async(id)

    async def flows(self) -> Sequence[FlowState]:
        """See Engine.flows. Without a fleet, on a server that others use too, only those of this engine's name."""
        own = self._executor if self._fleet is None and self._sql is None else None
        found = await DBOS.list_workflows_async(executor_id=own, load_input=False, load_output=False)
        return sorted((_state(f) for f in found), key=lambda f: f.id)

    async def forget(self, ids: Sequence[str]) -> None:
        """See Engine.forget."""
        for start in range(0, len(ids), _AT_ONCE):
            await DBOS.delete_workflows_async(list(ids[start : start + _AT_ONCE]))

    # -- many flows at once ------------------------------------------------------------------------------------------------

    async def _find(self, id: str) -> FlowState | None:
        """Where a flow stands; those who ask at the same time are answered by one query."""
        if not self._asked:
            asyncio.get_running_loop().call_soon(lambda: asyncio.ensure_future(self._answer()))
        if id not in self._asked:
            self._asked[id] = asyncio.get_running_loop().create_future()
        return await self._asked[id]

    async def _answer(self) -> None:
        asked, self._asked = self._asked, {}
        ids = list(asked)
        try:
            for start in range(0, len(ids), _AT_ONCE):
                some = ids[start : start + _AT_ONCE]
                found = await DBOS.list_workflows_async(workflow_ids=some, load_input=False, load_output=False)
                states = {f.workflow_id: _state(f) for f in found}
                for id in some:
                    if not asked[id].done():
                        asked[id].set_result(states.get(id))
        except BaseException as error:
            for answer in asked.values():
                if not answer.done():
                    answer.set_exception(error)
            raise

    async def _told(self, id: str) -> Json:
        """A flow's result, whoever runs it. One task asks about all that are waited for."""
        if id not in self._wanted:
            self._wanted[id] = asyncio.get_running_loop().create_future()
        if self._watcher is None or self._watcher.done():
            self._watcher = asyncio.ensure_future(self._watch())
        try:
            return await asyncio.shield(self._wanted[id])
        finally:
            if id in self._wanted and self._wanted[id].done():
                del self._wanted[id]

    async def _watch(self) -> None:
        look = 0
        while open := [id for id, wanted in self._wanted.items() if not wanted.done()]:
            look += 1
            for start in range(0, len(open), _AT_ONCE):
                some = open[start : start + _AT_ONCE]
                # Now and then every one is asked about, so that one which somebody removed is not waited for.
                everyone = look % 20 == 0
                found = await DBOS.list_workflows_async(
                    workflow_ids=some, status=None if everyone else list(_STATES), load_input=False, load_output=True
                )
                for flow in found:
                    self._tell(flow)
                if everyone:
                    for id in set(some) - {flow.workflow_id for flow in found}:
                        self._end(id, Forgotten(f"no flow has the id {id}"))
            await asyncio.sleep(_LOOK_EVERY_S + len(open) / _LOOKS_A_SECOND)

    def _tell(self, flow: WorkflowStatus) -> None:
        if flow.status == "SUCCESS":
            self._end(flow.workflow_id, None, flow.output)
        elif flow.status in _STATES:
            what = "was cancelled" if flow.status == "CANCELLED" else "failed"
            self._end(flow.workflow_id, flow.error or ConflictError(f"the work on it {what}", remedy="Run again."))

    def _end(self, id: str, error: BaseException | None, result: Json = None) -> None:
        wanted = self._wanted.get(id)
        if wanted is None or wanted.done():
            return
        if error is not None:
            wanted.set_exception(error)
        else:
            wanted.set_result(result)

    # -- a fleet's own -----------------------------------------------------------------------------------------------------

    def revive(self, executors: Sequence[str]) -> int:
        """Put back on their queues the flows that these processes had claimed; returns how many. Blocks: call it in a thread.

        Only of processes that are fenced: a flow that still runs would run twice.
        """
        if not executors:
            return 0
        found = DBOS.list_workflows(status="PENDING", executor_id=list(executors), load_input=False, load_output=False)
        return self._put_back(found, DBOS.resume_workflows)

    def strangers(self) -> list[FlowState]:
        """Unfinished flows of other versions, which nobody here will ever take. Blocks: call it in a thread."""
        versions = [v["version_name"] for v in DBOS.list_application_versions() if v["version_name"] != _VERSION]
        if not versions:
            return []
        found = DBOS.list_workflows(status=_OPEN, app_version=versions, load_input=False, load_output=False)
        return [_state(flow) for flow in found]

    def prune(self, before: str) -> int:
        """Remove finished flows that nobody has asked about since `before`, a moment in ISO 8601; returns how many. Blocks."""
        found = DBOS.list_workflows(
            status=list(_STATES), completed_before=before, limit=_AT_ONCE, load_input=False, load_output=False
        )
        if found:
            DBOS.delete_workflows([flow.workflow_id for flow in found])
        return len(found)

    def _put_back(self, found: Sequence[WorkflowStatus], resume: Callable[..., object]) -> int:
        by_queue: dict[str, list[str]] = {}
        for flow in found:
            queue = self._fleet.queues.get(flow.name) if self._fleet is not None else None
            if queue is not None and flow.queue_name is not None:
                by_queue.setdefault(queue, []).append(flow.workflow_id)
        for queue, ids in sorted(by_queue.items()):
            for start in range(0, len(ids), _AT_ONCE):
                resume(ids[start : start + _AT_ONCE], queue_name=queue)
        return sum(len(ids) for ids in by_queue.values())

    def _hand_back(self) -> None:
        try:
            client = DBOSClient(
                system_database_url=self._url, dbos_system_schema=_SCHEMA, application_name=_NAME, retry_connection_errors=False,
                system_database_pool_size=1,
            )  # fmt: skip
        # The server cannot be reached: whoever reaps will do it.
        except Exception:  # noqa: BLE001 - DBOS raises whatever its driver does
            return
        try:
            mine = client.list_workflows(
                status="PENDING", executor_id=self._executor, load_input=False, load_output=False
            )
            self._put_back(mine, client.resume_workflows)
        except DBAPIError:
            return
        finally:
            client.destroy()

    def _register(self, name: str, flow: Flow) -> _Workflow:
        async def run(id: str, order: Json) -> Json:
            if self._closing:
                raise asyncio.CancelledError
            task = asyncio.current_task()
            assert task is not None
            before = self._tasks.get(id)
            self._tasks[id] = task
            try:
                if (
                    before is not None
                ):  # it was taken from this process and came back to it: the first run counts no more
                    before.cancel()
                    await asyncio.wait({before})
                return await flow(_Checkpointed(), id, order)
            finally:
                if self._tasks.get(id) is task:
                    del self._tasks[id]

        return DBOS.workflow(name=name, max_recovery_attempts=None)(run)


def _state(flow: WorkflowStatus) -> FlowState:
    return FlowState(flow.workflow_id, flow.name, _STATES.get(flow.status, "running"))


def _sqlite(url: str) -> SqlEngine:
    """DBOS sets no write-ahead log of its own, and counts on the driver to begin its transactions as writers."""
    engine = create_engine(url)

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        connection.isolation_level = "IMMEDIATE"
        careful(connection)

    return engine
