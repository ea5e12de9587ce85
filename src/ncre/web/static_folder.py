"""Where styles, scripts, pictures and fonts of the pages stand. Flask itself serves none of them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

STATIC: Final = Path(__file__).parent / "static"
