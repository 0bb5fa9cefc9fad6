"""Routing: which offer shoots which shot, with the reasons."""

from callsheet.routing.route import POLICY, Candidate, Decision, Law, route

__all__ = ["POLICY", "Candidate", "Decision", "Law", "route"]
