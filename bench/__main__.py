"""`make bench`: every measured claim, or those named: `make bench ARGS="pages cards"`."""

import importlib
import os
import platform
import signal
import sys

ALL = (
    "cards",
    "pages",
    "webhooks",
    "card_testing",
    "processing",
    "dispatch",
    "reports",
    "export",
    "statements",
    "footprint",
)


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # databases and folders are cleared
    names = sys.argv[1:] or ALL
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}")
    for name in names:
        module = importlib.import_module(f"bench.{name}")
        print(f"\n== {name}: {(module.__doc__ or '').strip().splitlines()[0]}")
        module.main()


if __name__ == "__main__":
    main()
