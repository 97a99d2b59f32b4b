"""The only place that wires adapters to ports, and the only one that reads the clock.

Input: the folder of a workspace, as the command line got it. Each function opens what one use case needs and nothing
else; libraries that are slow to load are imported where they are used, so that `detente --help` stays quick.
"""

from detente.bootstrap.identity import (
    answer_identity,
    identity_decisions,
    identity_explained,
    identity_questions,
    merge_identities,
    split_identities,
    undo_identity,
)
from detente.bootstrap.line import (
    DemoTold,
    demo,
    import_files,
    init,
    mending_file,
    quarantined,
    replay,
    retry_quarantine,
)
from detente.bootstrap.outside import clock, processors, today
from detente.bootstrap.reading import (
    board,
    current_snapshot,
    health,
    lists,
    open_for_screens,
    quick_replay,
    snapshot,
    workspace_name,
)
from detente.bootstrap.sources import (
    SyncWanted,
    connectors,
    new_connector,
    receive_event,
    sources_by_system,
    sync,
    takes_events,
)

__all__ = [
    "DemoTold",
    "SyncWanted",
    "answer_identity",
    "board",
    "clock",
    "connectors",
    "current_snapshot",
    "demo",
    "health",
    "identity_decisions",
    "identity_explained",
    "identity_questions",
    "import_files",
    "init",
    "lists",
    "mending_file",
    "merge_identities",
    "new_connector",
    "open_for_screens",
    "processors",
    "quarantined",
    "quick_replay",
    "receive_event",
    "replay",
    "retry_quarantine",
    "snapshot",
    "sources_by_system",
    "split_identities",
    "sync",
    "takes_events",
    "today",
    "undo_identity",
    "workspace_name",
]
