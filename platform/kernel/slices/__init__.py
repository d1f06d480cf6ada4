"""Slices: what a use case's file declares, how FastAPI serves it, how a request finds it."""

from kernel.slices.index import SliceIndex
from kernel.slices.route import API_PREFIX, SliceRoute
from kernel.slices.router import SliceRouter, slice_router

__all__ = ["API_PREFIX", "SliceIndex", "SliceRoute", "SliceRouter", "slice_router"]
