"""Keys: every byte format of Quietbox, and the cryptography under it.

Pure functions: nothing here opens a file or a socket, reads a clock or draws randomness. Time, randomness
and new ids are arguments. The one exception is `wordlist`, which reads its own packaged list once.
"""

from __future__ import annotations
