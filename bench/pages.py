"""Anonymous pages from the page cache and short links, two web workers.

Beside it: the same pages without the cache (the naive way), in the same run.
"""

from bench import load
from bench.product import running

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def main() -> None:
    with running(WEB_WORKERS="2") as product:
        link = product.manage(
            code="from attribution.models import ShortLink; print(ShortLink.objects.first().path)"
        ).strip()
        for name, path in (("home", "/"), ("campaign", "/donoday/")):
            url = product.url + path
            load.run(url, lambda n, url=url: load.get(url), number=50)
            cached = load.run(url, lambda n, url=url: load.get(url), number=4000)
            # a signed-in look is never cached: a session cookie of nobody's passes the cache by
            naive = load.run(
                url, lambda n, url=url: load.get(url, Cookie="sessionid=x"), number=300
            )
            print(f"{name:9} cached   {cached}")
            print(f"{name:9} uncached {naive}   ratio {cached.rate / naive.rate:.1f}")
        request = load.get(product.url + link, **{"User-Agent": BROWSER})
        before = visits(product)
        links = load.run(product.url, lambda n: request, number=4000, good=(302,))
        print(f"{'/s/<code>':18} {links}   counted {visits(product) - before} of {links.done}")


def visits(product) -> int:  # type: ignore[no-untyped-def]
    return int(
        product.manage(code="from attribution.models import Visit; print(Visit.objects.count())")
    )


if __name__ == "__main__":
    main()
