"""What a test needs and is not there: it skips and says how to get it; REQUIRE_ALL=1 forbids that."""

import pytest

import tests_support
from ports import free_port


@pytest.fixture(params=["postgres", "redis", "rabbitmq", "node", "chromium"])
def look(request, monkeypatch):
    monkeypatch.setenv("PATH", "")
    nobody = f"127.0.0.1:{free_port()}"
    monkeypatch.setenv("TEST_POSTGRES_URL", f"postgres://me:topsecret@{nobody}/nobody")
    monkeypatch.setenv("TEST_REDIS_URL", f"redis://:topsecret@{nobody}/9")
    monkeypatch.setenv("TEST_RABBITMQ_URL", f"amqp://me:topsecret@{nobody}//")
    return getattr(tests_support, f"require_{request.param}")


def test_it_says_how_to_get_it(look, monkeypatch):
    monkeypatch.delenv("REQUIRE_ALL", raising=False)
    with pytest.raises(pytest.skip.Exception) as skipped:
        look()
    assert "apt install" in str(skipped.value)
    assert "topsecret" not in str(skipped.value)


def test_who_requires_all_skips_nothing(look, monkeypatch):
    monkeypatch.setenv("REQUIRE_ALL", "1")
    with pytest.raises(pytest.fail.Exception, match="apt install"):
        look()
