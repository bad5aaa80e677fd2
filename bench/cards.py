"""Cards a second on one core, and the same card by satori + resvg (npm) in the same run.

    python -m bench.cards [seconds each]

The photograph is made here: 12 megapixels with about the detail of a telephone's (its size is
printed). Seconds are those the process had the core for, so that neighbours do not count. Every
card has another title, so no line of words is ever drawn twice; “cold” forgets the photograph
before each card, “seen” keeps it. satori gets the layout of `bench/satori.mjs`: “cold” with the
whole photograph, “seen” with one that was scaled for it beforehand. Without node and npm that
half is skipped. Targets: JPEG 26/s cold, 300/s seen; PNG twice satori + resvg.
"""

import io
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
PACKAGES = ["satori@0.63.2", "@resvg/resvg-js@2.6.2", "@fontsource/schibsted-grotesk@5.3.0"]
TARGETS = {"JPEG, cold": 26, "JPEG, seen": 300}


def photograph() -> bytes:
    """1/f noise: fine detail in the light, soft colours."""
    from PIL import Image, ImageChops

    size = (4000, 3000)

    def noise(steps: tuple[tuple[int, int], ...]) -> Image.Image:
        sum_ = Image.new("L", size, 128)
        for step, strength in steps:
            small = Image.effect_noise((size[0] // step, size[1] // step), strength)
            large = small.resize(size, Image.Resampling.BICUBIC)
            sum_ = ImageChops.add(sum_, large, 1, -128)
        return sum_

    light = noise(((512, 60), (128, 40), (32, 24), (8, 14), (2, 7), (1, 3)))
    colours = [noise(((512, 24), (128, 12), (16, 5))) for _ in range(2)]
    out = io.BytesIO()
    Image.merge("YCbCr", (light, *colours)).save(out, "JPEG", quality=88)
    return out.getvalue()


def rate(draw: Callable[[int], object], seconds: float) -> float:
    draw(-1)
    begun, count = time.process_time(), 0
    while (spent := time.process_time() - begun) < seconds:
        draw(count)
        count += 1
    return count / spent


def ours(data: bytes, seconds: float) -> dict[str, float]:
    import django

    django.setup()
    from media.cards import CardSpec, Photo, photo, render

    numbers = itertools.count()
    rates = {}
    for kind in ("jpeg", "png"):
        for state in ("cold", "seen"):

            def card(_number: int, kind: str = kind, cold: bool = state == "cold") -> bytes:
                if cold:
                    photo._kept.cache_clear()
                title = f"Sei metri di muro, {next(numbers)} ore, una polenta"
                picture = Photo(data=data, digest="bench")
                return render(CardSpec(kind="photo", headline=title, hashtag="#DonoDay2026", photo=picture, format=kind))  # type: ignore[arg-type]  # fmt: skip  # noqa: E501

            rates[f"{kind.upper()}, {state}"] = rate(card, seconds)
    return rates


def theirs(data: bytes, seconds: float) -> dict[str, float] | str:
    """Rates of satori + resvg, or why there are none."""
    from PIL import Image

    if not (shutil.which("node") and shutil.which("npm")):
        return "node and npm are not installed"
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "package.json").write_text('{"private": true}')
        install = ["npm", "install", "--silent", "--no-audit", "--no-fund", *PACKAGES]
        done = subprocess.run(install, cwd=place, capture_output=True, text=True, timeout=300)
        if done.returncode:
            return f"npm could not install them: {done.stderr.strip()[-200:]}"
        (place / "whole.jpg").write_bytes(data)
        small = Image.open(io.BytesIO(data)).resize((840, 630)).crop((20, 0, 820, 630))
        small.save(place / "small.jpg", quality=90)
        shutil.copy(ROOT / "bench" / "satori.mjs", place)
        run = subprocess.run(
            ["node", "satori.mjs", str(seconds)], cwd=place, capture_output=True, text=True
        )
        return json.loads(run.stdout) if not run.returncode else run.stderr.strip()[-300:]


@contextmanager
def one_core() -> Iterator[None]:
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})
    yield
    os.sched_setaffinity(0, cores)


def main(seconds: float = 5) -> None:
    with one_core():
        compare(seconds)


def compare(seconds: float) -> None:
    data = photograph()
    print(f"1200×630, photograph of 12 megapixels ({len(data) / 1e6:.1f} MB), one core")
    mine = ours(data, seconds)
    for name, value in mine.items():
        wanted = f"   target {TARGETS[name]}" if name in TARGETS else ""
        print(f"  {name:12} {value:7.1f}/s{wanted}")
    other = theirs(data, seconds)
    if isinstance(other, str):
        print(f"  satori + resvg skipped: {other}")
        return
    for state in ("cold", "seen"):
        ratio = mine[f"PNG, {state}"] / other[state]
        print(
            f"  satori + resvg, {state} {other[state]:6.1f}/s   ours: {ratio:.1f} times   target 2"
        )


if __name__ == "__main__":
    main(*map(float, sys.argv[1:]))
