"""Delivery: the package the client receives, with the call sheet and a manifest."""
