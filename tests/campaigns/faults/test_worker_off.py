"""The worker was off for an hour: what is late asks, what is not too late leaves, nothing twice."""

import time

from tests.campaigns.faults.processes import Forker

LATE, SOON, NUMBER = 3700, 3300, 12  # seconds past their minute; the campaign allows 60 minutes


def test_the_late_policy_decides_once_it_is_back(request, environment):
    forker = Forker(environment)
    old = forker("many", number=NUMBER, accounts=[["wall", "Off long", {}]], seconds=-LATE)
    new = forker("many", number=NUMBER, accounts=[["wall", "Off short", {}]], seconds=-SOON)
    assert forker("states", keys=[*old, *new]) == {"planned": 2 * NUMBER}
    request.getfixturevalue("worker")  # back again
    wanted = {"published": NUMBER, "needs_person": NUMBER}
    until = time.monotonic() + 60
    while forker("states", keys=[*old, *new]) != wanted and time.monotonic() < until:
        time.sleep(0.5)
    assert forker("states", keys=new) == {"published": NUMBER}
    assert forker("states", keys=old) == {"needs_person": NUMBER}
    time.sleep(3)  # and it stays like that
    assert forker("states", keys=[*old, *new]) == wanted
    assert forker("doubles", keys=[*old, *new]) == 0
    said = forker("logs", keys=[*old, *new])
    assert all(said[key] == ["due", "needs_person"] for key in old)
    assert all(said[key] == ["due", "sending", "published"] for key in new)
    forker.close()
