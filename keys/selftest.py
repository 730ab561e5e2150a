"""Self-test: whether this platform computes suite 1 as it is defined.

Owns one fixed run through every primitive, whose result is known. To be run before the first key is used: a
library that computes something else would seal what nobody can open. Takes a few milliseconds; the password
hash is left out, as it would take half a second. Must never touch a real key.
"""

from __future__ import annotations

import base64
from typing import Final

from keys.box import open_box, seal_box
from keys.errors import BadSignature, KeysError, NotOpened
from keys.stream import open_stream, seal_stream
from keys.suite import H, OpenKey, SignKey, hpke_open, hpke_seal, verify

_PLAIN: Final = b"Quietbox self-test"
_KNOWN: Final = "a48a9a00771cd6782678cc2d18c4df05282ff983ba7989433df8d0f66c4fe4ff"
"""SHA-256 over public keys, signature, stream and box of the fixed run."""

_SEALED: Final = (
    "BSOiFEYkGecMa2FENpDtVSKQUBGlJf9CyDlGW/IOarr/2VUY2VppFYMJedwL82TmyOz72wr83JmNBGKIQ0z5zjpsbtIDAGSaN3yw"
    "UTKijeokuLa0uCJAKOfIu55HpwKQijiLras9/OXHXKKHZYi9L0UmGj2PekC8z4ZoDXSRKBzX3YjSysjO7bXjX1dVSqwsXux4X1md"
    "LUWCkQWXcppPzLZNcQebGDihRjUNhtyI+HuFkKfJihJnxSr8B0d+voAG49xs/JUQvKMNlyKjFYB6RAyGpobH/7PREd1aZFwVzLzi"
    "tbyViKjJGAE3s8ef1/iVVQDrvqm6ln/+bX037WFnARRu6POyJK1k9MknY6z9CYPfHVfB1J4o+EEhx4cW/WrzWhFTGE4He5ouxWgs"
    "Qmd5bJeIueKwawQA4Shuw1UszvJSO1mB9xs0kFk5mTv3wwtQ+vMXQs0PYtd2teJFw2yRxP0NXJMLf2H18l+56cni83ml9gxT6TuP"
    "ZchR2VyjnO8teBWxksx1FSTYhhtXFPPWE/EEIoB8JELR4Qi8SFtdnLFioPQavS/646lpxsZdXDMHgyQRaS8+24yfyW7/zCN96yzd"
    "nt0IZ01UV2UTgCAHg0ldJSz23ldz1y+N5oqBvGJ5Bu4r5YMTsefusLcGvxz+441kHofTNvn/u1GWITiqQtFJkkMK0kj5pPMFToAR"
    "atBbyNQGB0wk6+YDKfguAFePsb8yrGdvwF2BY0Q2uTY54EiDQBrJX0hZkTtm7TIZJorN4jc4NGPL4W1dgq+UU0rkTO1e+jk3JGb9"
    "dBZXcw+XvsjhJF7w8WkMCpU4gighfaXQPwLIppv1AaxGb9zvd8nj5a3wJ0enpqEIodY3bOy925YbIVEiD21y2LOTRmFR/rHFKgT0"
    "qC1NauYi8ehjMMjE0WfyLpgaOtbXBTOncnAiSsKQQukQCUY/pPT3856WUaYFgE8Alp4LGJqVq5Y7QDav4AmkvegfiU3aETemzMqQ"
    "SAvgukldHmz7mfKzszT7/sPh+Cff/pMaGYnUIkCL+t6jSnpaAmBF8YAaNHdaEkcuOwLrEB2jNRLLr6SOiI/5wkHSYnp4RGrS3lrW"
    "2zzuPEGx4m/yImXZw4WdBA+turTfk+/9H+PETo8GeJBXSk1nCPqwanVwHF0pV/xnXTktrwiD6ZFa7wVkMLUhrpVfw7nWD4Q65wkT"
    "0jwCxlDOHkW5n5MxvVzVpBLy1YPo/lZLGfthD+RKs4XIyX153XyUT4v0FtfZD3dNzpnU7vwmPNGsaIvkwm6HYpFzK3nxTGvrdPky"
    "7r8NnDVItm002b0UNDMcwimyOJJDMr0bpyMC5yo3QlRDdhG45t8zpqLxijHQhDYzvYadwb+VJQ4aePxkVDrL/WZnnhP2XLWX1qEx"
    "Hhloogb2dJflizHC5bjr/4mY/vBvfEIwZI4NVUOnilg4xDyKUBXyOvurQp1wMc62YkJ9l8DRdwDIOWFm4GpMUmYfBMl9EpeR9oLz"
    "ohQJnSnubdnvWy35VynJssQnQCFdICeLM2qFr2Y="
)
"""The text, sealed once by another run: encapsulation is random, so only opening can be compared."""


class SelfTestFailed(KeysError):
    """This platform computes something else than suite 1; nothing may be sealed or opened on it."""

    code = "self-test"


def selftest() -> None:
    """Run every primitive once; `SelfTestFailed` where any result is not the known one."""
    try:
        right = _known_results() and _refusals()
    except KeysError:
        right = False
    if not right:
        raise SelfTestFailed("this platform computes something else")


def _known_results() -> bool:
    signer, opener = SignKey.from_seed(_pattern(32, 1)), OpenKey.from_seed(_pattern(32, 2))
    key, salt = _pattern(32, 3), _pattern(24, 4)
    signature = signer.sign(_PLAIN)
    stream = seal_stream(key, _PLAIN, _PLAIN, salt)
    box = seal_box(key, "self-test", _PLAIN, _PLAIN, salt)
    fresh = hpke_seal(opener.seal_key(), _PLAIN, _PLAIN)
    verify(signer.public, signature, _PLAIN)
    opened = (
        hpke_open(opener, _PLAIN, base64.b64decode(_SEALED), len(_PLAIN)),
        hpke_open(opener, _PLAIN, fresh, len(_PLAIN)),
        open_stream(key, _PLAIN, stream),
        open_box(key, "self-test", _PLAIN, box),
    )
    known = H(signer.public, opener.public, signature, stream, box).hex()
    return known == _KNOWN and set(opened) == {_PLAIN}


def _refusals() -> bool:
    """Whether what must be refused is refused."""
    signer, opener = SignKey.from_seed(_pattern(32, 1)), OpenKey.from_seed(_pattern(32, 2))
    try:
        hpke_open(opener, b"", base64.b64decode(_SEALED), len(_PLAIN))
    except NotOpened:
        pass
    else:
        return False
    try:
        verify(signer.public, signer.sign(_PLAIN), b"")
    except BadSignature:
        return True
    return False


def _pattern(size_bytes: int, step: int) -> bytes:
    """Bytes that rise by a step, so that no two rows are alike."""
    return bytes((index + 1) * step & 0xFF for index in range(size_bytes))
