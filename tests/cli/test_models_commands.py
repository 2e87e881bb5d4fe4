"""`photoclip models`: what there is, what can be got, and getting rid of it again."""

import json
import random
import shutil
import signal
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from photoclip.cli import main
from photoclip.cli import models as models_commands
from photoclip.clip.catalogue import OFFERS, find_offer
from photoclip.clip.download import fetched_bytes
from photoclip.core import settings
from photoclip.core.library import Library
from photoclip.core.paths import default_library, models_dir, settings_file
from photoclip.core.switching import want
from photoclip.progress import Progress, retold
from tests.hub_server import Answer, HubServer, Repository

OFFER = find_offer("openai-vit-b-32")
WEIGHTS = "open_clip_model.safetensors"
CONFIG = {"model_cfg": {"embed_dim": 24, "vision_cfg": {"image_size": 32}, "text_cfg": {}}}


@dataclass
class Told:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Told]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    for name in ("HF_ENDPOINT", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)

    def photoclip(*arguments: object) -> Told:
        monkeypatch.setattr("sys.argv", ["photoclip", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capfd.readouterr()
        return Told(int(ended.value.code or 0), out, err)

    return photoclip


@pytest.fixture
def hub() -> Iterator[HubServer]:
    with HubServer() as server:
        server.repositories[OFFER.repository] = Repository(
            {
                "open_clip_config.json": json.dumps(CONFIG).encode(),
                WEIGHTS: random.Random(1).randbytes(2_500_000),
            }
        )
        yield server


def _install(name: str, languages: list[str] | None = None) -> Path:
    folder = models_dir() / name
    folder.mkdir(parents=True)
    config = CONFIG | {"languages": languages or ["en"], "description": "Mine."}
    (folder / "open_clip_config.json").write_text(json.dumps(config))
    (folder / WEIGHTS).write_bytes(b"weights")
    return folder


def test_what_is_here_comes_before_what_is_on_offer(run: Run) -> None:
    _install("mine", ["mul"])
    _install(OFFER.name)
    for arguments in (("models",), ("models", "list")):
        lines = run(*arguments).out.splitlines()
        names = [line.split()[0] for line in lines if line and not line.startswith("On offer")]
        assert names[:3] == ["starter", "mine", OFFER.name]
        assert set(names[3:]) == {offer.name for offer in OFFERS} - {OFFER.name}
        assert lines[1].endswith("Mine. Understands Chinese. 0 MB.")
        assert "Understands Chinese" not in lines[0]
        [siglip] = [line for line in lines if line.startswith("siglip2")]
        assert "Understands Chinese. Licence: Apache-2.0." in siglip
        starts = {line.index(line.split(maxsplit=1)[1]) for line in lines if "  " in line}
        assert len(starts) == 1


def test_the_list_as_json(run: Run) -> None:
    _install("mine")
    for arguments in (("models", "--json"), ("models", "list", "--json")):
        listed = run(*arguments).json
        assert [each["name"] for each in listed[:2]] == ["starter", "mine"]
        for each in listed:
            assert {"name", "id", "dim", "image_size", "licence", "description"} <= set(each)
            assert each["installed"] == (each["id"] is not None)
        assert [each["name"] for each in listed if each["chinese"]] == [
            "siglip2-vit-b-16",
            "xlm-roberta-vit-b-32",
        ]


def test_a_model_is_got_from_the_mirror_of_the_settings(run: Run, hub: HubServer) -> None:
    settings_file().parent.mkdir(parents=True, exist_ok=True)
    settings.save(settings_file(), settings.Settings(model_mirror=hub.url))

    told = run("models", "get", OFFER.name)

    assert told.code == 0
    assert "is here" in told.out
    assert f"Licence: {OFFER.licence} (" in told.out
    assert "Downloading megabytes" in told.err
    [model] = [m for m in run("models", "--json").json if m["name"] == OFFER.name]
    assert (model["installed"], model["dim"]) == (True, 24)
    assert (model["licence"], model["description"]) == (OFFER.licence, OFFER.good_at)


def test_the_mirror_named_counts_before_settings_and_environment(
    run: Run, hub: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "ftp://nowhere")
    told = run("models", "get", OFFER.name)
    assert told.code == 1
    assert "ftp://nowhere" in told.err
    assert run("models", "get", OFFER.name, "--mirror", hub.url).code == 0
    monkeypatch.setenv("HF_ENDPOINT", hub.url)
    shutil.rmtree(models_dir() / OFFER.name)
    assert run("models", "get", OFFER.repository).code == 0


def test_ctrl_c_says_that_it_goes_on(run: Run, hub: HubServer) -> None:
    body = hub.repositories[OFFER.repository].files[WEIGHTS]

    def kept_of_weights() -> int:
        return sum(part.stat().st_size for part in models_dir().rglob(f"{WEIGHTS}.*.part"))

    def interrupt(answer: Answer) -> None:
        answer.file(body, drop_after=1_200_000)
        # All of it may still wait to be read: then there would be nothing to go on from.
        while not kept_of_weights() and not hub.closing.wait(0.01):
            pass
        signal.raise_signal(signal.SIGINT)

    hub.faults[WEIGHTS].append(interrupt)
    hub.faults[WEIGHTS].extend([lambda answer: answer.status(503)] * 9)

    told = run("models", "get", OFFER.name, "--mirror", hub.url)

    assert told.code == 1
    assert "the same command goes on from there" in told.err
    assert 0 < kept_of_weights() < len(body)
    assert "Unfinished, " in run("models").out
    hub.faults.clear()
    assert run("models", "get", OFFER.name, "--mirror", hub.url).code == 0
    assert hub.requests_of(WEIGHTS)[-1].headers["Range"].startswith("bytes=")


def test_an_unfinished_download_can_be_removed(run: Run, hub: HubServer) -> None:
    hub.faults[WEIGHTS].append(lambda answer: answer.status(404))
    assert run("models", "get", OFFER.name, "--mirror", hub.url).code == 1
    assert "unfinished download" in run("models", "remove", OFFER.name, "--yes").out
    assert fetched_bytes(OFFER.name, models_dir()) == 0


def test_an_unknown_name_is_told(run: Run) -> None:
    told = run("models", "get", "siglip")
    assert told.code == 1
    assert "Did you mean siglip2-vit-b-16" in told.err


def test_a_model_is_removed_after_asking(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = _install("mine")
    library = Library(default_library())
    library.set_setting("model", "mine")
    library.close()
    answers = iter([False, True])

    def confirm(question: str, abort: bool) -> None:
        if not next(answers):
            raise models_commands.click.Abort

    monkeypatch.setattr(models_commands.click, "confirm", confirm)
    told = run("models", "remove", "mine")
    assert told.code == 1
    assert f"The library {default_library()} is searched with “mine”." in told.err
    assert folder.exists()
    assert run("models", "remove", "mine").code == 0
    assert not folder.exists()


def test_removing_a_model_that_is_being_prepared_says_so(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no(question: str, abort: bool) -> None:
        raise models_commands.click.Abort

    monkeypatch.setattr(models_commands.click, "confirm", no)
    folder = _install("mine")
    library = Library(default_library())
    want(library, "mine")
    library.close()
    told = run("models", "remove", "mine")
    assert f"The library {default_library()} is being prepared for “mine”." in told.err
    assert folder.exists()


def test_the_starter_stays(run: Run) -> None:
    told = run("models", "remove", "starter", "--yes")
    assert told.code == 1
    assert "cannot be removed" in told.err
    assert run("models", "remove", "nothing", "--yes").code == 1


def test_a_model_is_imported(run: Run, tiny_model: Path) -> None:
    told = run("models", "import", tiny_model, "--name", "my own")
    assert told.code == 0
    assert 'photoclip models use "my own"' in told.out
    assert "my own" in [model["name"] for model in run("models", "--json").json]
    told = run("models", "import", tiny_model / "nothing")
    assert told.code == 1
    assert "nothing" in told.err


def test_every_command_explains_itself(run: Run) -> None:
    answer = run("models", "--help")
    for name in models_commands.models.commands:
        assert name in answer.out
        assert run("models", name, "--help").code == 0
    assert {"list", "get", "import", "remove", "use"} == set(models_commands.models.commands)


def test_bytes_are_shown_in_megabytes() -> None:
    def work() -> Generator[Progress, None, None]:
        yield Progress("downloading", 1_500_000, 3_000_000, 2.0, 750_000.0, "x")
        yield Progress("checking", 7)

    first, second = retold(work(), models_commands._in_megabytes)
    assert first.phase == "downloading megabytes"
    assert (first.done, first.total, first.rate) == (1, 3, 0.75)
    assert (second.phase, second.total) == ("checking", None)


@pytest.fixture(scope="module")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of random weights that loads."""
    import open_clip
    import torch
    from safetensors.torch import save_file

    folder = tmp_path_factory.mktemp("disk") / "tiny"
    folder.mkdir()
    vision = {"image_size": 32, "layers": 1, "width": 32, "head_width": 16, "patch_size": 16}
    text = {"context_length": 77, "vocab_size": 49408, "width": 16, "heads": 2, "layers": 1}
    model_cfg = {"embed_dim": 8, "vision_cfg": vision, "text_cfg": text}
    (folder / "open_clip_config.json").write_text(json.dumps({"model_cfg": model_cfg}))
    with torch.random.fork_rng():
        torch.manual_seed(1)
        model = open_clip.CLIP(**model_cfg)
    save_file(model.state_dict(), folder / WEIGHTS)
    return folder
