"""Routing: which offer shoots which shot, with the reasons."""

from callsheet.routing.route import POLICY, Candidate, Decision, route

__all__ = ["POLICY", "Candidate", "Decision", "route"]
