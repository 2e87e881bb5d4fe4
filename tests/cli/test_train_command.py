"""`photoclip train`: which options lead to which training, and what a stopped one says."""

import signal

import pytest
from click import BadParameter
from click.testing import CliRunner

from photoclip.cli import train as train_module
from photoclip.clip.training.state import state_path
from photoclip.clip.training.towers import ModelTowers, NewTowers, PretrainedTowers
from photoclip.errors import PhotoClipError
from tests.clip.training.tiny_training import scratch_settings


@pytest.fixture
def told(monkeypatch, tmp_path):
    """The settings that a command line leads to, without training."""
    from photoclip.clip.training import loop

    found = []

    def note(settings, stop):
        found.append(settings)
        yield from ()

    monkeypatch.setattr(loop, "train", note)

    def settings(*options):
        arguments = [*"list.tsv --images photos".split(), f"--out={tmp_path / 'out'}", *options]
        result = CliRunner().invoke(train_module.train, arguments, standalone_mode=False)
        if result.exception is not None:
            raise result.exception
        return found.pop()

    return settings


def test_the_starters_command_keeps_its_meaning(told, monkeypatch):
    from photoclip.clip.training import towers

    starter = PretrainedTowers("tf_efficientnet_lite2", "image.pth", "text", keep_classifier=True)
    monkeypatch.setattr(towers, "starter_towers", lambda: starter)
    settings = told(
        *"--exclude=test.txt --holdout 7 --warm-up-epochs 25 --epochs 2 --batch 512".split(),
        *"--rate 1e-4 --views 4 --seed 0 --precision bfloat16".split(),
    )
    assert settings.towers == starter
    assert settings.colour_weight == 0.2
    warm_up, tuning = settings.stages
    assert (warm_up.epochs, warm_up.batch, warm_up.rate) == (25, 1024, 2e-3)
    assert (warm_up.image_rate, warm_up.text_rate) == (0, 0)
    assert (tuning.epochs, tuning.batch, tuning.rate) == (2, 512, 2e-4)
    assert (tuning.image_rate, tuning.text_rate) == (0, 1e-4)
    assert (settings.views, settings.mirror, settings.holdout) == (4, True, 7)
    assert (settings.loss, settings.memory_batch, settings.resume) == (None, None, None)


def test_every_way_to_towers(told):
    scratch = told("--architecture=ViT-B-32")
    assert scratch.towers == NewTowers("ViT-B-32")
    assert [stage.rate for stage in scratch.stages] == [1e-3]

    tuned = told(*"--model=starter --lock-image --loss=sigmoid".split())
    assert isinstance(tuned.towers, ModelTowers)
    (stage,) = tuned.stages
    assert (stage.rate, stage.image_rate, stage.text_rate) == (1e-5, 0, 1e-5)
    assert tuned.loss == "sigmoid"
    assert not tuned.colour_weight

    lit = told(*"--image-tower=resnet50 --image-weights=r.safetensors".split())
    assert lit.towers.text_folder is None
    assert [(each.epochs, each.image_rate, each.text_rate) for each in lit.stages] == [
        (0, 0, 0),
        (4, 0, 1e-3),
    ]

    other = told(*"--image-tower=resnet50 --text-tower=bert --lock-text --rate 5e-4".split())
    assert other.towers.image_weights is None
    assert (other.stages[1].image_rate, other.stages[1].text_rate) == (5e-4, 0)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ("--architecture=ViT-B-32 --model=starter", "Choose one of"),
        ("--text-tower=bert", "needs --image-tower"),
        ("--image-tower=resnet50 --new-text", "needs --text-tower"),
        ("--model=no-such-model", "no model called"),
    ],
)
def test_options_that_do_not_go_together(told, options, sentence):
    with pytest.raises(PhotoClipError, match=sentence):
        told(*options.split())


def test_ctrl_c_keeps_what_was_learned(tmp_path, monkeypatch):
    """The first Ctrl-C; the same command then ends the training."""
    from photoclip.clip.training import loop

    scratch = scratch_settings(tmp_path / "new")
    note = loop._Run._note

    def press_ctrl_c(self, *line):
        note(self, *line)
        signal.raise_signal(signal.SIGINT)

    arguments = [
        str(scratch.captions),
        f"--images={scratch.images}",
        f"--out={scratch.output}",
        f"--architecture={scratch.towers.architecture}",
        *"--epochs 2 --batch 16 --device cpu --precision float32".split(),
    ]
    monkeypatch.setattr(loop._Run, "_note", press_ctrl_c)
    stopped = CliRunner().invoke(train_module.train, arguments, standalone_mode=False)
    assert "same command again to go on" in stopped.stderr
    assert state_path(scratch.output).is_file()
    assert not scratch.output.exists()
    monkeypatch.undo()
    ended = CliRunner().invoke(train_module.train, arguments, standalone_mode=False)
    assert "Wrote" in ended.stdout
    assert not state_path(scratch.output).exists()
    assert scratch.output.is_dir()


@pytest.mark.parametrize("seed", ["-1", str(2**32)])
def test_a_seed_that_no_generator_takes_is_refused(told, seed):
    with pytest.raises(BadParameter, match="not in the range"):
        told("--architecture=ViT-B-32", f"--seed={seed}")
