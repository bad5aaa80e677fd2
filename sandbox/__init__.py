"""Stand-ins for the outside world, on loopback only: a process and a store of their own.

Imports nothing of the product, and the product imports nothing of it: they speak HTTP.
Start it with ``python -m sandbox --port 8001 --data var/sandbox``.
"""
