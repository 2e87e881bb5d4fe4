"""Proposed captions wherever a caption is written: details, viewer, menus."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from photoclip.core.edits import Edit
from photoclip.ui.actions import Actions
from photoclip.ui.describe import Proposals
from photoclip.ui.describe_panel import ProposedCaption
from photoclip.ui.details import Details
from photoclip.ui.later import Lazy
from photoclip.ui.session import Session
from photoclip.ui.undo import UndoStack, annotated

if TYPE_CHECKING:
    from photoclip.ui.mark_prompt import MarkPrompt
    from photoclip.ui.viewer import Viewer


class DescribeDisplay(QObject):
    """Follows `Proposals`.

    Args:
        targets: the photos that commands are about; a caption is proposed for a single one.
        looked_at: gives the photo in the viewer, None while the grid is shown.
    """

    def __init__(
        self,
        proposals: Proposals,
        session: Session,
        undo: UndoStack,
        actions: Actions,
        details: Details,
        prompt: "Lazy[MarkPrompt]",
        viewer: "Lazy[Viewer]",
        targets: Callable[[], list[int]],
        looked_at: Callable[[], int | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._proposals, self._session, self._undo = proposals, session, undo
        self._actions, self._details, self._prompt = actions, details, prompt
        self._targets, self._looked_at = targets, looked_at
        actions.connect("describe", self._ask)
        details.caption.proposalAsked.connect(lambda: self._ask_in(details.proposal))
        details.turned.connect(self._turned)
        # There it is one photo, whatever is selected in the grid.
        viewer.when_made(
            lambda made: made.turned.connect(lambda: actions["describe"].setEnabled(True))
        )
        self._wire_panel(details.proposal)
        prompt.when_made(self._wire_prompt)
        for answered in (proposals.proposed, proposals.failed):
            answered.connect(lambda *_: self._bring_into_view())
        details.proposal.left.connect(details.left)

    def _wire_prompt(self, prompt: "MarkPrompt") -> None:
        prompt.caption.proposalAsked.connect(lambda: self._ask_in(prompt.proposal))
        self._wire_panel(prompt.proposal)
        prompt.proposal.left.connect(prompt.caption.setFocus)

    def _wire_panel(self, panel: ProposedCaption) -> None:
        panel.kept.connect(self._keep)
        panel.left.connect(self._proposals.forget)
        self._proposals.proposed.connect(panel.show_caption)
        self._proposals.failed.connect(panel.show_failure)

    def _ask(self) -> None:
        """Propose a caption where one can be seen."""
        if len(self._targets()) != 1:
            return
        if self._looked_at() is not None:
            prompt = self._prompt()
            if prompt.photo_id is None or not prompt.caption.isVisible():
                self._actions["caption"].trigger()
            self._ask_in(prompt.proposal)
            return
        if not self._actions["details"].isChecked():
            self._actions["details"].trigger()
        self._ask_in(self._details.proposal)

    def _ask_in(self, panel: ProposedCaption) -> None:
        prompt = self._prompt.made
        over = prompt is not None and panel is prompt.proposal
        photo_id = prompt.photo_id if prompt is not None and over else self._only()
        if photo_id is not None:
            panel.wait_for(photo_id)
            self._bring_into_view()
            self._proposals.ask(photo_id)

    def _bring_into_view(self) -> None:
        """Show all of what is proposed, unless the person has gone on to something else."""
        panel = self._details.proposal
        focus = panel.window().focusWidget()
        if focus is not None and (focus is panel or panel.isAncestorOf(focus)):
            self._details.show_proposal()

    def _only(self) -> int | None:
        chosen = self._targets()
        return chosen[0] if len(chosen) == 1 else self._details.photo_id

    def _turned(self) -> None:
        """Another photo is shown: what was proposed is of no use for it."""
        panel = self._details.proposal
        if panel.photo_id is None:
            return
        if self._details.photo_id is None and self._targets() == [panel.photo_id]:
            return  # the details were opened for it, and what they show is still being read
        if panel.photo_id != self._details.photo_id:
            panel.close_()
            self._proposals.forget()
        else:
            self._bring_into_view()

    def _keep(self, photo_id: int, caption: str) -> None:
        annotations = self._session.library.annotations

        def edits() -> Sequence[Edit]:
            # It may have got one meanwhile, from another program for one.
            if annotations.annotation(photo_id).caption:
                return []
            return [annotations.caption([photo_id], caption)]

        self._undo.do(
            annotated(annotations, edits),
            self.tr("Caption kept"),
            otherwise=self.tr("The photo has a caption by now, which stays."),
        )
