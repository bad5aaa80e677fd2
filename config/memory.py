"""What a process and those it forks weigh together: pages of memory that nobody writes to are shared."""

import gc

# glibc keeps a heap for each thread, and learns from the first large picture to keep the room of all
# later ones: these say no to both
ENVIRONMENT = {
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_MMAP_THRESHOLD_": "1048576",
    "MALLOC_TRIM_THRESHOLD_": "1048576",
}
# kB of one Celery process, shared pages among them: after the task that went above it, it begins
# anew as a copy of its parent
MOST_OF_A_WORKER = 190_000


def share() -> None:
    """Before a fork: what is there by now is never looked at by the collector, whose look is a write
    that would make a copy of each page in every child."""
    gc.collect()
    gc.freeze()
