"""How long a server may take to answer. Owns the hanging up on one that does not: its disk hangs, or its
program was stopped, while another may have taken its place.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from sqlalchemy import Connection, CursorResult

ANSWER_SECONDS: Final = 60.0
"""So long a statement may take."""


def hang_up_later(driver: Any) -> asyncio.TimerHandle:
    """Leave the server if it has not answered by then. Nothing is cancelled there: a commit that waits for a
    replica would count as done without it.
    """
    return asyncio.get_running_loop().call_later(ANSWER_SECONDS, driver.terminate)


def ask(connection: Connection, statement: str) -> CursorResult[Any]:
    """Run one statement of ours, past `PostgresDatabase`. Raises what SQLAlchemy does, also where the server
    was left.
    """
    left = hang_up_later(connection.connection.driver_connection)
    try:
        return connection.exec_driver_sql(statement)
    finally:
        left.cancel()
