"""axe finds nothing serious on any screen in any state: the first half of the set of `tests.screens`."""

from __future__ import annotations

import pytest

from tests.screens.scene import Scene
from tests.screens.stage import Stage
from tests.screens.states import grave, half

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scene", half(0), ids=lambda scene: scene.name)
async def test_nothing_serious(stage: Stage, scene: Scene) -> None:
    """On a phone, a small one and a desktop, light and dark."""
    assert await grave(await stage.play(scene)) == []
