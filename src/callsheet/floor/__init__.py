"""The floor runs the shoot: durable flows for takes, cached jobs for everything else, in worker processes that die with their parent."""

from callsheet.floor.event import OnEvent, Progress
from callsheet.floor.floor import Floor, Job, ShootRequest
from callsheet.floor.workers import OnFrame, Workers, cores

__all__ = ["Floor", "Job", "OnEvent", "OnFrame", "Progress", "ShootRequest", "Workers", "cores"]
