"""The sockets in the wall: what the use cases need from the world, as Protocols.

A storage backend, a job store, a model provider is one class that fits one of these and joins the
conformance suite of its kind in `tests/`.
"""

from .clock import Clock
from .datasets import Dataset, DatasetFile, DatasetMaker, MergeRequest, Rehearse, Verdict
from .jobs import Answer, JobEvent, JobStore, Lease, Leases
from .storage import Outputs, Publication, StorageHandler
from .writers import (
    Permit,
    Quarantine,
    RefusedRow,
    RowCheck,
    RowRequest,
    RowWriter,
    SchemaReader,
    WrittenRows,
    always,
)

__all__ = [
    "Answer",
    "Clock",
    "Dataset",
    "DatasetFile",
    "DatasetMaker",
    "JobEvent",
    "JobStore",
    "Lease",
    "Leases",
    "MergeRequest",
    "Outputs",
    "Permit",
    "Publication",
    "Quarantine",
    "RefusedRow",
    "Rehearse",
    "RowCheck",
    "RowRequest",
    "RowWriter",
    "SchemaReader",
    "StorageHandler",
    "Verdict",
    "WrittenRows",
    "always",
]
