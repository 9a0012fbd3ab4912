"""How many requests one address may make: a bucket of tokens that fills again, in bounded memory.

Lanes bound what runs at once, whoever asks. This bounds what one address takes over minutes, so
that one program that asks without end leaves the lanes to people. See decision 143.
"""

from __future__ import annotations

import ipaddress
import math
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from geoportal.settings import Network

BURST_SECONDS: Final = 10
"""What an address that has been quiet may take at once, in seconds of its rate."""
MOST_ADDRESSES: Final = 20_000
"""Addresses remembered by a worker, about 5 MB; those not heard of for longest are forgotten."""
_IPV6_PREFIX: Final = 64
"""One connection to the internet has a whole network of this length."""


@dataclass
class Rates:
    """The buckets of one worker. Belongs to the event loop.

    Attributes
    ----------
    per_second : int
        Tokens that come back in a second; 0 = no limit.
    unlimited : tuple of Network
        Addresses that are not counted: this machine, a city hall.
    """

    per_second: int
    unlimited: tuple[Network, ...] = ()
    most_addresses: int = MOST_ADDRESSES
    _buckets: OrderedDict[str, tuple[float, float]] = field(
        default_factory=OrderedDict, init=False, repr=False
    )

    def take(self, address: str, cost: int, now: float) -> int:
        """Take tokens for a request.

        Parameters
        ----------
        address : str
            Of the client, as a trusted proxy or the connection says it.
        cost : int
            Tokens.
        now : float
            Monotonic seconds.

        Returns
        -------
        int
            0 when they were there, else after how many whole seconds they will be.
        """
        if not self.per_second or not cost:
            return 0
        client = _client(address, self.unlimited)
        if not client:
            return 0
        most = float(self.per_second * BURST_SECONDS)
        left, since = self._buckets.pop(client, (most, now))
        left = min(most, left + (now - since) * self.per_second)
        wait = 0 if left >= cost else max(1, math.ceil((cost - left) / self.per_second))
        self._buckets[client] = (left if wait else left - cost, now)
        if len(self._buckets) > self.most_addresses:
            self._buckets.popitem(last=False)
        return wait


@lru_cache(maxsize=4096)
def _client(text: str, unlimited: Iterable[Network]) -> str:
    """Return what stands for a client; empty for one that is not counted."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return text  # a socket without addresses: one client
    mapped = getattr(address, "ipv4_mapped", None)
    address = mapped or address
    if any(address in network for network in unlimited):
        return ""
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((address, _IPV6_PREFIX), strict=False))
