"""The hint, once, that the model does not understand the language of a query."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from photoclip.ui.languages import language_of
from tests.ui.conftest import WAIT, Open, wait_read
from tests.ui.models_page import OTHER, SIGLIP, open_models, press, put_model, row_of


def test_chinese_is_searched_for_and_a_model_for_it_offered_once(
    qtbot: QtBot, open_app: Open
) -> None:
    shell = open_app()
    main, notice = shell.window, shell.window.notice
    notice.hide()
    with qtbot.waitSignal(shell.work.session.listed, timeout=WAIT) as listed:
        main.field.setText("红色")
    assert len(listed.args[0].found.ids) == 40
    said = "This model understands English. For Chinese, get SigLIP 2 ViT-B/16."
    qtbot.waitUntil(lambda: notice.sentence == said, timeout=WAIT)
    # What comes between does not take its place for good.
    notice.say("40 files indexed.")
    notice._dismiss()
    assert notice.sentence == said
    notice.act()
    window = main.models_display.window
    qtbot.waitUntil(lambda: window.row(SIGLIP).main.hasFocus(), timeout=WAIT)
    window.close()
    with qtbot.waitSignal(shell.work.session.listed, timeout=WAIT):
        main.field.setText("蓝色")
    wait_read(qtbot, shell.work.session)
    assert notice.sentence == ""
    library = shell.work.session.library
    qtbot.waitUntil(lambda: bool(library.setting("language hint dismissed")), timeout=WAIT)
    shell.close()

    shell = open_app()
    with qtbot.waitSignal(shell.work.session.listed, timeout=WAIT):
        shell.window.field.setText("红色")
    wait_read(qtbot, shell.work.session)
    assert "understands" not in shell.window.notice.sentence


def test_a_tag_of_ones_own_is_found_in_any_language(qtbot: QtBot, open_app: Open) -> None:
    shell = open_app()
    photo = int(shell.window.model.ids[0])
    annotations = shell.work.session.library.annotations
    annotations.confirm([photo], "我家的狗", shell.work.session.model)
    with qtbot.waitSignal(shell.work.session.tagsRead, timeout=WAIT):
        shell.work.session.read_all()
    for typed in ("我家", "我家的狗", "我家的狗 red"):
        with qtbot.waitSignal(shell.work.session.listed, timeout=WAIT):
            shell.window.field.setText(typed)
        wait_read(qtbot, shell.work.session)
        assert "understands" not in shell.window.notice.sentence


def test_a_model_for_chinese_that_is_here_is_named_and_in_use_says_nothing(
    qtbot: QtBot, open_app: Open, models_dir: Path
) -> None:
    put_model(models_dir, OTHER, ("mul",))
    shell = open_app()
    shell.window.field.setText("红色")
    said = "This model understands English. For Chinese, use OpenCLIP ViT-B/32 DataComp-XL."
    qtbot.waitUntil(lambda: shell.window.notice.sentence == said, timeout=WAIT)
    window = open_models(qtbot, shell)
    press(qtbot, window.row(OTHER))
    qtbot.waitUntil(lambda: row_of(window, OTHER).section == "in use", timeout=WAIT)
    qtbot.waitUntil(lambda: not shell.work.switch.running, timeout=WAIT)
    shell.close()
    shell = open_app()
    shell.window.notice.hide()
    with qtbot.waitSignal(shell.work.session.listed, timeout=WAIT):
        shell.window.field.setText("蓝色")
    wait_read(qtbot, shell.work.session)
    assert "understands" not in shell.window.notice.sentence


@pytest.mark.parametrize(
    ("query", "language"),
    [
        ("dog on the beach", None),
        ("Hund im Café, 5 µm", None),
        ("🐕", None),
        ("", None),
        ("狗", "zh"),
        ("dog 狗", "zh"),
        ("浜辺の犬", "ja"),
        ("강아지", "ko"),
        ("собака", "mul"),
        ("ＤＯＧ", None),
    ],
)
def test_a_querys_language_is_told_by_its_script(query: str, language: str | None) -> None:
    assert language_of(query) == language
