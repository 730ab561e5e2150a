"""Progress: how far a file is, as a moving bar on a terminal or as four plain lines.

Owns when something is written: bars at most four times a second, plain lines at 25, 50, 75 and 100 %.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from client_sdk.cli.terminal import draws_bars, say
from client_sdk.messages import Progress
from client_sdk.words import size_in_words

STEPS_PERCENT = (25, 50, 75, 100)

OnProgress = Callable[[Progress], None]


@contextmanager
def shown_progress(name: str) -> Iterator[OnProgress]:
    """Give something to call with how far it is."""
    if not draws_bars():
        yield PlainLines(name, say)
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TransferSpeedColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
    )
    with Bars(*columns, console=Console(stderr=True), refresh_per_second=4, transient=True) as bars:
        task = bars.add_task(name, total=None)
        yield lambda progress: bars.update(task, completed=progress.done, total=progress.total)


class PlainLines:
    """Says a line whenever another quarter is done."""

    def __init__(self, name: str, write: Callable[[str], None]) -> None:
        self._name = name
        self._write = write
        self._left = list(STEPS_PERCENT)

    def __call__(self, progress: Progress) -> None:
        """Take in how far it is; says nothing where there is nothing to move."""
        if not progress.total:
            return
        percent = progress.done * 100 // progress.total
        reached = [step for step in self._left if step <= percent]
        if reached:
            self._left = [step for step in self._left if step > percent]
            self._write(f"{self._name}  {reached[-1]} % of {size_in_words(progress.total)}")
