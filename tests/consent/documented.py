"""The code of docs/cookie.md, as it stands there."""

import re
from typing import Any

from portal.settings import ROOT

TEXT = (ROOT / "docs" / "cookie.md").read_text()


def code() -> dict[str, Any]:
    """What the examples define, run one after another."""
    names: dict[str, Any] = {}
    for block in re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL):
        exec(block, names)
    return names
