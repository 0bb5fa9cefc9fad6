"""The durable engine: DBOS Transact on a SQLite file of its own. The only module that knows DBOS, and it is imported only when needed."""

import asyncio
import functools
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar, TypeAlias

from dbos import DBOS, DBOSConfig, SetWorkflowID, WorkflowHandleAsync
from dbos import error as dbos_error
from sqlalchemy import Engine as SqlEngine
from sqlalchemy import create_engine, event
from sqlalchemy.exc import DBAPIError

from callsheet.errors import ConflictError, NotFoundError, StorageError
from callsheet.floor.engine import Flow, FlowState, Json, State
from callsheet.store.database import careful

_VERSION = "flows-1"
"""Fixed, because DBOS would otherwise hash our code and leave every unfinished flow behind at each release. A flow whose steps change
gets a new name instead."""

_THREADS = 16
"""DBOS's own default has no bound."""

_POLL_S = 0.2
_STATES: dict[str, State] = {"SUCCESS": "done", "CANCELLED": "cancelled", "ERROR": "failed",
                             "MAX_RECOVERY_ATTEMPTS_EXCEEDED": "failed"}  # fmt: skip
_REMEDY = "Delete .callsheet/dbos.sqlite and run again: it holds only work in progress, every finished take stays."


_Workflow: TypeAlias = Callable[[str, Json], Coroutine[Any, Any, Json]]


class _Checkpointed:
    """Steps whose results DBOS keeps."""

    async def run(self, name: str, work: Callable[[], Awaitable[Json]]) -> Json:
        """See Steps.run."""

        async def step() -> Json:
            return await work()

        return await DBOS.run_step_async({"name": name}, step)


class DurableEngine:
    """An Engine whose flows survive the process. One at a time in a process, one process at a time on a file."""

    _open: ClassVar[bool] = False
    """DBOS is one object a process."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._sql: SqlEngine | None = None
        self._named: dict[str, _Workflow] = {}
        self._handles: dict[str, WorkflowHandleAsync[Json]] = {}
        self._tasks: set[asyncio.Task[Json]] = set()

    async def open(self, flows: Mapping[str, Flow]) -> None:
        """See Engine.open. Raises StorageError when its file cannot be used, ConflictError when this process has one open already."""
        if DurableEngine._open:
            raise ConflictError(
                "this process is already shooting", remedy="Wait until that is done, or use another process."
            )
        DurableEngine._open = True
        self._sql = _sqlite(self._url)
        config: DBOSConfig = {
            "name": "callsheet",
            "system_database_url": self._url,
            "system_database_engine": self._sql,
            "application_version": _VERSION,
            "executor_id": "local",
            "max_executor_threads": _THREADS,
            "notification_listener_polling_interval_sec": _POLL_S,
            "enable_otlp": False,
            "log_level": "CRITICAL",
        }
        try:
            DBOS(config=config)
            for name, flow in flows.items():
                self._named[name] = self._register(name, flow)
            # Inside the running loop: DBOS adopts it, so that flows it takes up again run here and not in a thread of its own.
            DBOS.launch()
        except DBAPIError as error:
            await self.close()
            raise StorageError(
                "its record of work in progress cannot be used", where=self._url, remedy=_REMEDY
            ) from error
        except BaseException:
            await self.close()
            raise
        await self.forget([f.id for f in await self.flows() if f.state != "running"])

    async def close(self) -> None:
        """See Engine.close."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1) as thread:
            await loop.run_in_executor(thread, functools.partial(DBOS.destroy, destroy_registry=True))
        # DBOS made its own threads the loop's; they are gone now.
        loop.set_default_executor(ThreadPoolExecutor(_THREADS))
        if self._sql is not None:
            self._sql.dispose()
        DurableEngine._open = False

    async def start(self, flow: str, id: str, order: Json) -> None:
        """See Engine.start."""
        found = next((f for f in await self._states([id])), None)
        if found is not None:
            if found.state == "running":
                return
            await self.forget([id])
        with SetWorkflowID(id):
            self._handles[id] = await DBOS.start_workflow_async(self._named[flow], id, order)

    async def wait(self, id: str) -> Json:
        """See Engine.wait."""
        handle: WorkflowHandleAsync[Json] | None = self._handles.pop(id, None)
        if handle is None:
            try:
                handle = await DBOS.retrieve_workflow_async(id)
            except dbos_error.DBOSNonExistentWorkflowError:
                raise NotFoundError(f"no flow has the id {id}") from None
        return await handle.get_result(polling_interval_sec=_POLL_S)

    async def cancel(self, id: str) -> None:
        """See Engine.cancel."""
        await DBOS.cancel_workflow_async(id)

    async def flows(self) -> Sequence[FlowState]:
        """See Engine.flows."""
        return await self._states(None)

    async def forget(self, ids: Sequence[str]) -> None:
        """See Engine.forget."""
        if ids:
            await DBOS.delete_workflows_async(list(ids))

    async def _states(self, ids: list[str] | None) -> list[FlowState]:
        found = await DBOS.list_workflows_async(workflow_ids=ids, load_input=False, load_output=False)
        return sorted(
            (FlowState(f.workflow_id, f.name, _STATES.get(f.status, "running")) for f in found), key=lambda f: f.id
        )

    def _register(self, name: str, flow: Flow) -> _Workflow:
        async def run(id: str, order: Json) -> Json:
            task = asyncio.current_task()
            if task is not None:
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            return await flow(_Checkpointed(), id, order)

        return DBOS.workflow(name=name, max_recovery_attempts=None)(run)


def _sqlite(url: str) -> SqlEngine:
    """DBOS sets no write-ahead log of its own, and counts on the driver to begin its transactions as writers."""
    engine = create_engine(url)

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        connection.isolation_level = "IMMEDIATE"
        careful(connection)

    return engine
