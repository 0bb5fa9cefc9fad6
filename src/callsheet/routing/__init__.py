"""Routing: which offer shoots which shot, with the reasons."""

from callsheet.routing.route import POLICY, Decision, route

__all__ = ["POLICY", "Decision", "route"]
