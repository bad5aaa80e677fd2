"""Two workers and two beats on the same rows: each post goes out once. Real processes."""

import threading

import pytest

from tests.campaigns.faults.processes import Forker

NUMBER = 120


@pytest.fixture(scope="module")
def workers(environment):
    pair = [Forker(environment), Forker(environment)]
    yield pair
    for one in pair:
        one.close()


def together(workers, *orders):
    """Each order to its worker, at the same time; the answers."""
    answers = {}

    def tell(index, order):
        answers[index] = workers[index](**order)

    threads = [threading.Thread(target=tell, args=item) for item in enumerate(orders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [answers[index] for index in range(len(orders))]


def test_each_post_goes_out_once(workers):
    keys = workers[0]("many", number=NUMBER, accounts=[["wall", "Muro", {}]], seconds=0)
    send = {"do": "send", "seconds": 5}
    out = together(workers, send, send)
    assert sum(out) == NUMBER
    states = workers[0]("states", keys=keys)
    assert states == {"published": NUMBER}
    assert workers[0]("doubles", keys=keys) == 0


def test_two_reconcilers_ask_once(workers):
    keys = workers[0]("many", number=10, accounts=[["wall", "Muro due", {}]], seconds=0)
    workers[0]("send", kill="answered", dies=True)
    workers[0]("time_passes", keys=keys)
    together(workers, {"do": "reconcile"}, {"do": "reconcile"})
    workers[0]("time_passes", keys=keys)
    together(workers, {"do": "send"}, {"do": "send"})
    workers[0]("send", seconds=1)
    assert workers[0]("states", keys=keys) == {"published": 10}
    assert workers[0]("doubles", keys=keys) == 0
