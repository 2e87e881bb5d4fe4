"""The rows of the models window, worked out from what is there and what is under way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QCoreApplication, QLocale

from photoclip.clip.catalogue import OFFERS, Offer
from photoclip.clip.models import STARTER, Model
from photoclip.core.paths import display_name
from photoclip.core.types import IndexProgress, StoredModel
from photoclip.progress import Progress
from photoclip.ui.headings import time_left
from photoclip.ui.languages import languages_in_words
from photoclip.ui.model_shelf import Shelf, title_of
from photoclip.ui.transfers import Transfer

Section = Literal["in use", "here", "offers", "kept"]

_OFFERS = {offer.name: offer for offer in OFFERS}
# Before the keys of rows that are not of one model.
KEPT = "kept:"


@dataclass(frozen=True)
class Step:
    """One thing a person can do with a row.

    Attributes:
        verb: what `Models.do` makes of it; "" where there is nothing to do but to know.
        question: asked before, once, in the row; "" for what can be undone.
    """

    verb: str
    text: str
    question: str = ""
    enabled: bool = True


@dataclass(frozen=True)
class Row:
    """One model, or what is kept of one, as it is shown.

    Attributes:
        key: names it; the offer's or the model's name, or the path of what is imported.
        sentence: what it is good at.
        facts: languages, licence, size.
        chinese: whether it understands Chinese.
        note: how it goes with it. problem: why it does not, in a sentence.
        share: how much is done, 0 to 1; -1 where that is not known; None for no bar.
        main: the button. more: the menu beside it.
    """

    key: str
    section: Section
    title: str
    sentence: str = ""
    facts: str = ""
    chinese: bool = False
    note: str = ""
    problem: str = ""
    share: float | None = None
    paused: bool = False
    main: Step | None = None
    more: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Switching:
    """How preparing the wanted model goes.

    Attributes:
        progress: the last report, None before the first.
        left: how long it will take still, in words, or "".
    """

    running: bool = False
    paused: bool = False
    stopping: bool = False
    progress: IndexProgress | None = None
    left: str = ""


def _tr(text: str) -> str:
    return QCoreApplication.translate("Models", text)


def size_in_words(size: int) -> str:
    """Bytes in decimal units, such as "605 MB"."""
    digits = 1 if size >= 1_000_000_000 else 0
    return QLocale().formattedDataSize(size, digits, QLocale.DataSizeFormat.DataSizeSIFormat)


def switching_in_words(title: str, state: Switching) -> str:
    """How preparing a model goes, in a sentence or two."""
    progress, number = state.progress, QLocale().toString
    if progress is None or (progress.phase == "loading" and not state.paused):
        words = _tr("Getting %1 ready…")
        return words.replace("%1", title)
    if progress.phase == "tagging":
        words = _tr("%1 answers now. Its tags follow: %2 of %3 photos.")
    elif state.paused:
        words = _tr("%1 is paused at %2 of %3 photos. Your photos stay searchable.")
    elif state.left:
        words = _tr("Preparing %1: %2 of %3 photos, %4. Your photos stay searchable.")
    else:
        words = _tr("Preparing %1: %2 of %3 photos. Your photos stay searchable.")
    words = words.replace("%1", title).replace("%2", number(progress.done))
    return words.replace("%3", number(progress.total or 0)).replace("%4", state.left)


def rows_of(
    shelf: Shelf,
    transfers: Mapping[str, Transfer],
    switching: Switching,
    kept: Sequence[StoredModel],
    problems: Mapping[str, str],
) -> list[Row]:
    """All rows, in the order they are shown.

    Args:
        kept: the models whose vectors are stored, but for the one that answers.
        problems: why the last thing asked of a row could not be done, by key.
    """
    here = {model.name for model in shelf.here}
    rows = [_here(model, shelf, switching, problems) for model in shelf.here]
    wanted = shelf.choice.wanted
    if wanted is not None and shelf.find(wanted) is None:
        rows.append(_wanted_but_gone(wanted, problems))
    rows.sort(key=lambda row: row.section != "in use")
    at = sum(row.section == "in use" for row in rows)
    rows[at:at] = [
        _imported(path, transfer) for path, transfer in transfers.items() if path not in _OFFERS
    ]
    for offer in OFFERS:
        if offer.name not in here:
            fetched = shelf.fetched.get(offer.name, 0)
            rows.append(_offered(offer, fetched, transfers.get(offer.name), problems))
    prepared = shelf.find(wanted) if wanted is not None else None
    for stored in kept:
        maker = shelf.maker(stored)
        if maker is None or maker is not prepared:
            rows.append(_kept(stored, maker, problems))
    return rows


def _here(model: Model, shelf: Shelf, switching: Switching, problems: Mapping[str, str]) -> Row:
    offer, size = _OFFERS.get(model.name), shelf.sizes.get(model.name, 0)
    in_use = model is shelf.answering
    wanted = model.source == shelf.choice.wanted and not in_use
    note, share, more = "", None, list[Step]()
    main: Step | None = Step("use", _tr("Use"))
    if in_use:
        note, main = _where(shelf), Step("", _tr("In use"), enabled=False)
    elif wanted:
        note, share, main, more = _prepared(title_of(model.name), switching)
    elif model.name != STARTER:
        more.append(_removal(model.name, size, offer is not None))
    if offer is not None:
        more.append(Step("page", _tr("Open its page on the web")))
    return Row(
        key=model.name,
        section="in use" if in_use else "here",
        title=title_of(model.name),
        sentence=model.description or (offer.good_at if offer else ""),
        facts=_facts(
            offer.spoken if offer else languages_in_words(model.languages),
            model.licence,
            size,
        ),
        chinese=bool(model.understands("zh")),
        note=note,
        problem=problems.get(model.name, ""),
        share=share,
        paused=switching.paused,
        main=main,
        more=tuple(more),
    )


def _wanted_but_gone(source: str, problems: Mapping[str, str]) -> Row:
    name = display_name(source)
    note = _tr("It was to be used, but is not on this computer any more.")
    return Row(
        source,
        "here",
        title_of(name),
        note=note,
        problem=problems.get(source, ""),
        main=Step("cancel", _tr("Stay with the present model")),
    )


def _where(shelf: Shelf) -> str:
    """What runs where, and why it is not the model that was chosen."""
    words = _tr("Gets ready with the first search.")
    if shelf.running_on:
        words = _tr("Runs on: %1").replace("%1", shelf.running_on)
    answering = shelf.answering
    if answering is None or answering.source == shelf.choice.serving:
        return words
    gone = _tr("“%1” is not on this computer any more, so this one answers.")
    name = title_of(display_name(shelf.choice.serving))
    return f"{gone.replace('%1', name)} {words}"


def _prepared(title: str, switching: Switching) -> tuple[str, float | None, Step, list[Step]]:
    """Note, share, button and menu of the wanted model."""
    cancel = [Step("cancel", _tr("Stay with the present model"))]
    if not switching.running:
        note = _tr("Waits to be prepared. What is done is kept.")
        return note, None, Step("go_on", _tr("Resume")), cancel
    progress, share = switching.progress, -1.0
    if progress is not None and progress.total and progress.phase != "loading":
        share = progress.done / progress.total
    main = Step("hold", _tr("Pause"), enabled=not switching.stopping)
    if switching.paused:
        main = Step("unhold", _tr("Resume"))
    return switching_in_words(title, switching), share, main, cancel


def _removal(name: str, size: int, again: bool) -> Step:
    question = _tr("Remove %1 from this computer? That frees %2. You can get it again.")
    if not again:
        question = _tr("Remove %1 from PhotoClip? That frees %2. To have it back, import it again.")
    question = question.replace("%1", title_of(name)).replace("%2", size_in_words(size))
    return Step("remove", _tr("Remove…"), question)


def _offered(
    offer: Offer, fetched: int, transfer: Transfer | None, problems: Mapping[str, str]
) -> Row:
    note, share, problem = "", None, problems.get(offer.name, "")
    main = Step("get", _tr("Get"))
    more = [Step("page", _tr("Open its page on the web"))]
    if transfer is not None and transfer.running:
        note, share = _downloaded(transfer.progress), _share(transfer.progress)
        main = Step("stop", _tr("Pause"))
        if transfer.stopping:
            main = Step("stop", _tr("Pausing…"), enabled=False)
    else:
        if fetched:
            note = _tr("%1 fetched.").replace("%1", size_in_words(fetched))
            main = Step("get", _tr("Resume"))
            question = _tr("Throw away what is fetched of %1? That frees %2.")
            question = question.replace("%1", offer.title).replace("%2", size_in_words(fetched))
            more.insert(0, Step("discard", _tr("Throw away what is fetched…"), question))
        if transfer is not None:
            problem, main = transfer.problem, Step("get", _tr("Try again"))
    return Row(
        key=offer.name,
        section="offers",
        title=offer.title,
        sentence=offer.good_at,
        facts=_facts(offer.spoken, offer.licence),
        chinese=offer.chinese,
        note=note,
        problem=problem,
        share=share,
        main=main,
        more=tuple(more),
    )


def _imported(path: str, transfer: Transfer) -> Row:
    if not transfer.running:
        again, dismiss = Step("again", _tr("Try again")), Step("dismiss", _tr("Dismiss"))
        return Row(
            path, "here", display_name(path), problem=transfer.problem, main=again, more=(dismiss,)
        )
    progress = transfer.progress
    note = _tr("Trying it out before it is copied…")
    if progress is not None and progress.phase == "copying":
        note = _amount(_tr("Copying: %1 of %2"), progress)
    return Row(
        path, "here", display_name(path), note=note, share=_share(progress),
        main=Step("stop", _tr("Cancel"), enabled=not transfer.stopping),
    )  # fmt: skip


def _kept(stored: StoredModel, maker: Model | None, problems: Mapping[str, str]) -> Row:
    key = KEPT + stored.id
    title = title_of(stored.name if maker is None else maker.name)
    photos = QCoreApplication.translate("StatusLine", "%Ln photo(s)", None, stored.vectors)
    facts = _tr("Kept for going back: %1, %2")
    if maker is None:
        facts = _tr("Kept though the model is not on this computer: %1, %2")
    size = size_in_words(stored.bytes)
    question = _tr(
        "Forget how %1 sees your photos? That frees %2 in the library. Your photos stay as they "
        "are; to use the model again, it looks at all of them anew."
    )
    question = question.replace("%1", title).replace("%2", size)
    return Row(
        key,
        "kept",
        title,
        facts=facts.replace("%1", photos).replace("%2", size),
        problem=problems.get(key, ""),
        main=Step("forget", _tr("Remove…"), question),
    )


def _downloaded(progress: Progress | None) -> str:
    if progress is None or progress.phase == "asking":
        return _tr("Asking what there is to fetch…")
    if progress.phase == "checking":
        return _tr("Checking what is here already…")
    words = _amount(_tr("%1 of %2"), progress)
    if progress.rate:
        rate = QLocale().formattedDataSize(
            round(progress.rate), 1, QLocale.DataSizeFormat.DataSizeSIFormat
        )
        words = f"{words}, {_tr('%1/s').replace('%1', rate)}"
    if progress.rate and progress.seconds_left is not None:
        words = f"{words}, {time_left(progress.seconds_left)}"
    return words


def _amount(words: str, progress: Progress) -> str:
    words = words.replace("%1", size_in_words(progress.done))
    return words.replace("%2", size_in_words(progress.total or 0))


def _share(progress: Progress | None) -> float:
    if progress is None or not progress.total:
        return -1.0
    return progress.done / progress.total


def _facts(languages: str, licence: str, size: int = 0) -> str:
    parts = (
        languages,
        _tr("Licence: %1").replace("%1", licence) if licence else "",
        size_in_words(size) if size else "",
    )
    return " · ".join(part for part in parts if part)
