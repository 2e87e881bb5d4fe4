"""Running `photoclip` as programs do, with a library of its own and a fake encoder."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from photoclip.cli import evaluate, main, session
from tests.fakes import ColourEncoder


@dataclass
class Answer:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Answer]


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
    encoder: ColourEncoder,
) -> Run:
    """Runs `photoclip` with a library of its own and an encoder that knows colours."""
    monkeypatch.setattr(session, "open_encoder", lambda model: encoder)
    monkeypatch.setattr(evaluate, "open_encoder", lambda model: encoder)
    monkeypatch.setenv("PHOTOCLIP_LIBRARY", str(tmp_path / "library.photoclip"))

    def photoclip(*arguments: object) -> Answer:
        monkeypatch.setattr("sys.argv", ["photoclip", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capfd.readouterr()
        return Answer(int(ended.value.code or 0), out, err)

    return photoclip
