"""``python -m sandbox``: serve the stand-ins until told to stop."""

import argparse
import signal
from pathlib import Path

from sandbox.server import make, watch_lifeline


def main() -> None:
    options = vars(parse())
    quiet = options.pop("quiet")
    try:
        sandbox = make(**options)
    except ValueError as problem:
        raise SystemExit(str(problem)) from None
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sandbox.stop())
    watch_lifeline(sandbox)
    if not quiet:
        print(f"sandbox: {sandbox.app.world.base_url}", flush=True)
    sandbox.run()


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address")
    parser.add_argument("--port", type=int, default=8001)
    parser.add_argument("--data", type=Path, default=Path("var/sandbox"), help="its own folder")
    parser.add_argument("--webhook-url", default="", help="where Stripe's events go")
    parser.add_argument("--webhook-secret", default="whsec_sandbox")
    parser.add_argument("--quiet", action="store_true", help="do not say the address")
    return parser.parse_args()


if __name__ == "__main__":
    main()
