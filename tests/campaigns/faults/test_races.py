"""A person and a worker, or two of each, at the same rows in the same moment. Real processes."""

import pytest

from tests.campaigns.faults.processes import Forker
from tests.campaigns.faults.test_two_workers import together

NUMBER = 60


@pytest.fixture(scope="module")
def workers(environment):
    trio = [Forker(environment) for _number in range(3)]
    yield trio
    for one in trio:
        one.close()


@pytest.mark.parametrize("change", ["cancel", "move"])
def test_who_was_told_that_it_is_stopped_never_sees_it_go_out(workers, change):
    """Before it is being sent a change always wins; from then on it is refused, with the reason."""
    wall = [["wall", f"Muro {change}", {}]]
    keys = workers[0]("many", number=NUMBER, accounts=wall, seconds=0)
    send = {"do": "send", "seconds": 3, "kill": "slow"}
    said, _out, _more = together(
        workers, {"do": "each", "change": change, "keys": keys, "kill": "reading"}, send, send
    )
    workers[0]("send", seconds=60)
    logs = workers[0]("logs", keys=keys)
    for key in keys:
        assert logs[key].count("published") == (said[key] != "done"), (said[key], logs[key])
    assert "done" in said.values()


def test_two_people_say_yes_at_once(workers):
    for number in range(4):
        post = workers[0]("ask", channel="wall", name=f"Muro sì {number}", credentials={})
        together(workers, *[{"do": "approve", "post": post}] * 3)
        plan = workers[0]("plan_of", post=post)
        assert plan["approved"] and not plan["asked"]
        assert len(plan["keys"]) == 1 and plan["log"] == ["planned"]
        workers[0]("send")
        assert workers[0]("plan_of", post=post)["log"].count("published") == 1


def test_two_beats_promote_once(workers):
    keys = workers[0]("many", number=NUMBER, accounts=[["wall", "Muro tick", {}]], seconds=0)
    for _beat in range(4):
        together(workers, *[{"do": "tick"}] * 3)
    assert workers[0]("states", keys=keys) == {"due": NUMBER}
    assert set(map(tuple, workers[0]("logs", keys=keys).values())) == {("due",)}
    workers[0]("send", seconds=60)  # it ends when nothing is left
    assert workers[0]("states", keys=keys) == {"published": NUMBER}
