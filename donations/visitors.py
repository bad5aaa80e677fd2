"""Who sends the form, as far as the guard needs it: keys to count by, digests to keep, and hints that a
person may read. What somebody typed or where they sit is never written down."""

import hashlib
import hmac
import ipaddress
from dataclasses import dataclass
from time import time

from django.conf import settings
from django.http import HttpRequest

from mail.masks import DOTS
from mail.masks import address as masked
from people.limits import address_of

PERIOD = 30 * 24 * 3600  # seconds that a digest's key lives: older digests lead back to nobody
INNER = [
    ipaddress.ip_network(net)
    for net in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
]
KINDS = ("address", "network", "device", "mail")


@dataclass(frozen=True)
class Visitor:
    """In memory only. An empty value is not known, and nothing is counted by it."""

    address: str = ""  # an IPv6 household is a /64
    network: str = ""  # /24, of IPv6 /48
    device: str = ""  # what the browser says of itself, within the network
    mail: str = ""

    @property
    def address_hint(self) -> str:
        if not self.network:
            return ""
        start = self.network.split("/")[0]
        return f"{start.rsplit('.', 1)[0]}.{DOTS}" if "." in start else f"{start}{DOTS}"

    @property
    def mail_hint(self) -> str:
        return masked(self.mail)[:260] if self.mail else ""

    def hint(self, kind: str) -> str:
        return self.mail_hint if kind == "mail" else self.address_hint

    def digests(self) -> dict[str, str]:
        return {kind: digest(kind, getattr(self, kind)) for kind in KINDS}

    def known_as(self, kind: str) -> list[str]:
        """Its digests of this period and the one before."""
        value = getattr(self, kind)
        return [digest(kind, value, age) for age in (0, 1)] if value else []


def digest(kind: str, text: str, age: int = 0) -> str:
    """With a key of this period (`age` 1: of the one before); of nothing it is nothing."""
    if not text:
        return ""
    words = f"gift-try.{kind}.{int(time()) // PERIOD - age}.{text}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), words, hashlib.sha256).hexdigest()[:32]


def visitor_of(request: HttpRequest, mail: str = "") -> Visitor:
    address, network = _places(address_of(request))
    headers = request.headers
    looks = f"{headers.get('User-Agent', '')[:300]}|{headers.get('Accept-Language', '')[:100]}"
    device = f"{network}|{looks}" if network else ""
    return Visitor(address, network, device, mail.strip().lower())


def visitor_at(text: str) -> Visitor | None:
    """Somebody at this address as it is typed; None where it is none, or none that is seen from
    outside: behind a proxy that is not told of, all the world has an inner one."""
    try:
        found = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    inner = found.is_loopback or found.is_link_local or found.is_unspecified
    if inner or any(found in net for net in INNER if net.version == found.version):
        return None
    return Visitor(*_places(str(found)))


def _places(text: str) -> tuple[str, str]:
    """Where an address cannot be read nobody is counted by it."""
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return "", ""
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    narrow, wide = (32, 24) if found.version == 4 else (64, 48)
    return _net(found, narrow), _net(found, wide)


def _net(address: ipaddress.IPv4Address | ipaddress.IPv6Address, bits: int) -> str:
    return str(ipaddress.ip_network(f"{address}/{bits}", strict=False))
