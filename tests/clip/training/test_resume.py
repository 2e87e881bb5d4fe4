"""An interrupted training goes on as if nothing had happened, or says why it cannot."""

import json
from dataclasses import replace

import pytest
import torch

from photoclip.clip.training.loop import train
from photoclip.clip.training.settings import Stage, scratch_stages
from photoclip.clip.training.state import state_path
from photoclip.errors import PhotoClipError
from photoclip.progress import StopFlag
from tests.clip.training.tiny_training import pretrained_towers, run, scratch_settings, weights


@pytest.fixture
def scratch(tmp_path):
    """Two epochs of two batches for each of two captions: eight steps."""
    settings = scratch_settings(tmp_path / "new")
    return replace(
        settings,
        stages=scratch_stages(2, 6, 1e-3),
        holdout=4,
        metrics=tmp_path / "metrics.jsonl",
    )


@pytest.fixture
def joined(scratch, tmp_path, few_class_texts):
    """Frozen features, dropout in both heads and the text tower, made-up class features."""
    towers = pretrained_towers(tmp_path / "towers")
    stages = (
        Stage("warm-up", 2, 6, 1e-3, class_texts=20),
        Stage("fine-tuning", 2, 6, 1e-3, text_rate=1e-3, class_texts=20),
    )
    towers = replace(towers, keep_classifier=True)
    return replace(scratch, towers=towers, stages=stages, views=3, colour_weight=0.2)


def metrics(settings):
    lines = [json.loads(line) for line in settings.metrics.read_text().splitlines()]
    return [
        {name: value for name, value in line.items() if name != "pairs_per_second"}
        for line in lines
    ]


@pytest.mark.parametrize(
    ("kind", "stops"),
    [("scratch", (1, 4)), ("scratch", (3, 2)), ("joined", (3, 8)), ("joined", (8, 3))],
)
def test_interrupted_twice_it_ends_as_if_undisturbed(request, tmp_path, kind, stops):
    settings = request.getfixturevalue(kind)
    _, undisturbed = run(settings)
    expected, lines = weights(settings), metrics(settings)

    settings = replace(settings, output=tmp_path / "again", metrics=tmp_path / "again.jsonl")
    for count in stops:
        _, record = run(settings, stop_after=count)
        assert record is None
        assert not settings.output.exists()
        assert state_path(settings.output).is_file()
    _, record = run(settings)
    found = weights(settings)
    assert found.keys() == expected.keys()
    assert all(torch.equal(value, expected[name]) for name, value in found.items())
    assert metrics(settings) == lines
    assert record["held_out"] == undisturbed["held_out"]
    assert not state_path(settings.output).exists()


def test_what_was_noted_after_the_last_state_is_noted_once(scratch, monkeypatch):
    """Killed instead of stopped: the state is older than the metrics."""
    from photoclip.clip.training import loop

    run(replace(scratch, output=scratch.output.with_name("undisturbed")))
    lines = metrics(scratch)
    noted = []

    def dies_at_the_sixth(self, *line):
        note(self, *line)
        noted.append(line)
        if len(noted) == 6:
            raise KeyboardInterrupt

    note = loop._Run._note
    run(scratch, stop_after=3)
    monkeypatch.setattr(loop._Run, "_note", dies_at_the_sixth)
    noted += [None] * 3
    with pytest.raises(KeyboardInterrupt):
        run(scratch)
    assert len(metrics(scratch)) > 3
    monkeypatch.undo()
    run(scratch)
    assert metrics(scratch) == lines


def test_stopped_while_measuring_at_the_end_it_only_measures_again(scratch):
    _, undisturbed = run(scratch)
    expected, lines = weights(scratch), metrics(scratch)
    stop = StopFlag()
    for report in train(replace(scratch, evaluate_every=0), stop):
        if report.phase == "evaluating":
            stop.stop()
    reports, record = run(replace(scratch, evaluate_every=0))
    assert "training" not in {report.phase for report in reports}
    assert record["held_out"] == undisturbed["held_out"]
    assert all(torch.equal(value, expected[name]) for name, value in weights(scratch).items())
    assert metrics(scratch) == [line for line in lines if line["step"] != 4 or "loss" in line]


def test_stopped_while_the_bank_is_filled_no_step_is_repeated(joined, tmp_path):
    settings = replace(joined, towers=replace(joined.towers, query_bank=8))
    _, undisturbed = run(settings)
    expected, lines = weights(settings), metrics(settings)

    settings = replace(settings, output=tmp_path / "again", metrics=tmp_path / "again.jsonl")
    stop = StopFlag()
    trained = False
    for report in train(settings, stop):
        trained = trained or report.phase == "fine-tuning"
        if trained and report.phase == "reading captions":
            stop.stop()
    assert not settings.output.exists()
    reports, record = run(settings)
    assert not {"warm-up", "fine-tuning"} & {report.phase for report in reports}
    assert all(torch.equal(value, expected[name]) for name, value in weights(settings).items())
    assert metrics(settings) == lines
    assert record["held_out"] == undisturbed["held_out"]


def test_a_full_disk_at_the_end_loses_no_step(scratch, monkeypatch):
    import safetensors.torch

    def full(*_, **__):
        raise safetensors.SafetensorError("I/O error: No space left on device (os error 28)")

    with monkeypatch.context() as patched:
        patched.setattr(safetensors.torch, "save_file", full)
        with pytest.raises(PhotoClipError, match="cannot be written .* No space left on device"):
            run(scratch)
    assert not scratch.output.exists()
    reports, record = run(scratch)
    assert record is not None
    assert "training" not in {report.phase for report in reports}


def test_the_state_is_kept_as_often_as_wished(scratch):
    stages = (replace(scratch.stages[0], image_rate=1e30, text_rate=1e30),)
    settings = replace(scratch, stages=stages, save_minutes=0)
    with pytest.raises(PhotoClipError, match=r"no longer a number at step \d"):
        run(settings)
    assert not settings.output.exists()
    saved = torch.load(state_path(settings.output), weights_only=True)
    assert saved["position"]["step"] >= 1
    assert all(torch.isfinite(value).all() for value in saved["model"].values())


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"seed": 5}, "seed"),
        ({"holdout": 3}, "holdout, photos, held out photos"),
        ({"stages": scratch_stages(3, 6, 1e-3)}, "stages"),
        ({"loss": "sigmoid"}, "loss"),
    ],
)
def test_other_settings_do_not_go_on(scratch, change, told):
    run(scratch, stop_after=3)
    with pytest.raises(PhotoClipError, match=f"told otherwise \\(.*{told}"):
        run(replace(scratch, **change))
    _, record = run(replace(scratch, **change, resume=False))
    assert record is not None


def test_another_list_does_not_go_on(scratch):
    run(scratch, stop_after=3)
    text = scratch.captions.read_text(encoding="utf-8")
    scratch.captions.write_text(text.replace("a red disc", "a red disk"), encoding="utf-8")
    with pytest.raises(PhotoClipError, match="told otherwise"):
        run(scratch)


def test_a_damaged_state_is_told_in_a_sentence(scratch):
    path = state_path(scratch.output)
    path.write_bytes(b"damaged")
    with pytest.raises(PhotoClipError, match="cannot be read. Train with --fresh"):
        run(scratch)
    path.unlink()
    with pytest.raises(PhotoClipError, match="no interrupted training"):
        run(replace(scratch, resume=True))


def test_metrics_that_cannot_be_written_are_told_in_a_sentence(scratch, tmp_path):
    with pytest.raises(PhotoClipError, match="metrics cannot be written"):
        run(replace(scratch, metrics=tmp_path))


def test_metrics_tell_the_course(scratch):
    run(scratch)
    lines = metrics(scratch)
    steps = [line for line in lines if "loss" in line]
    assert [line["step"] for line in steps] == list(range(1, 9))
    assert [line["epoch"] for line in steps] == [1] * 4 + [2] * 4
    assert steps[0].keys() == {"step", "stage", "epoch", "loss", "logit_scale", "learning_rate"}
    measured = [line for line in lines if "held_out" in line]
    assert [line["step"] for line in measured] == [4, 8]
    assert measured[0]["held_out"]["photos"] == 4
