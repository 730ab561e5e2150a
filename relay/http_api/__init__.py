"""HTTP: the interface of docs/protocol.md, part 13, on aiohttp. Owns limits, deadlines, codecs, the table
from code to status, and the serving of the built web inbox. Must never decide: that is for `relay.flow`.
"""
