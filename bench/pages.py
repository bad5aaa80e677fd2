"""Anonymous pages from the page cache and short links, two web workers.

Beside it: the same pages without the cache (the naive way), in the same run.
"""

from bench import load
from bench.product import Product, busy, running

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
ROUNDS = 4
NUMBER = 750


def main() -> None:
    with running(WEB_WORKERS="2") as product:
        link = product.manage(
            code="from attribution.models import ShortLink; print(ShortLink.objects.first().path)"
        ).strip()
        print(busy())
        for name, path in (("home", "/"), ("campaign", "/donoday/")):
            url = product.url + path
            cached, naive = [], []
            # a signed-in look is never cached: a session cookie of nobody's passes the cache by
            signed_in = load.same(load.get(url, Cookie="sessionid=x"))
            load.run(url, load.same(load.get(url)), number=50)
            for _ in range(ROUNDS):
                cached.append(load.run(url, load.same(load.get(url)), number=NUMBER))
                naive.append(load.run(url, signed_in, number=NUMBER // 15))
            quick, slow = load.together(cached), load.together(naive)
            print(f"{name:9} cached   {quick}")
            print(f"{name:9} uncached {slow}   ratio {quick.rate / slow.rate:.1f}")
        request = load.get(product.url + link, **{"User-Agent": BROWSER})
        before = visits(product)
        links = load.run(product.url, load.same(request), number=ROUNDS * NUMBER, good=(302,))
        print(f"{'/s/<code>':18} {links}   counted {visits(product) - before} of {links.done}")
        print(busy())


def visits(product: Product) -> int:
    return int(
        product.manage(code="from attribution.models import Visit; print(Visit.objects.count())")
    )


if __name__ == "__main__":
    main()
