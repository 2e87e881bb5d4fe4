"""Proposed captions wherever a caption is written: details, viewer, menus."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject

from photoclip.core.annotations import Edit
from photoclip.ui.actions import Actions
from photoclip.ui.describe import Proposals
from photoclip.ui.describe_panel import ProposedCaption
from photoclip.ui.details import Details
from photoclip.ui.mark_prompt import MarkPrompt
from photoclip.ui.session import Session
from photoclip.ui.undo import UndoStack, annotated
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
        prompt: MarkPrompt,
        viewer: Viewer,
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
        prompt.caption.proposalAsked.connect(lambda: self._ask_in(prompt.proposal))
        details.turned.connect(self._turned)
        # There it is one photo, whatever is selected in the grid.
        viewer.turned.connect(lambda: actions["describe"].setEnabled(True))
        for panel in (details.proposal, prompt.proposal):
            panel.kept.connect(self._keep)
            panel.left.connect(proposals.forget)
            proposals.proposed.connect(panel.show_caption)
            proposals.failed.connect(panel.show_failure)
        for answered in (proposals.proposed, proposals.failed):
            answered.connect(lambda *_: self._bring_into_view())
        details.proposal.left.connect(details.left)
        prompt.proposal.left.connect(prompt.caption.setFocus)

    def _ask(self) -> None:
        """Propose a caption where one can be seen."""
        if len(self._targets()) != 1:
            return
        if self._looked_at() is not None:
            if self._prompt.photo_id is None or not self._prompt.caption.isVisible():
                self._actions["caption"].trigger()
            self._ask_in(self._prompt.proposal)
            return
        if not self._actions["details"].isChecked():
            self._actions["details"].trigger()
        self._ask_in(self._details.proposal)

    def _ask_in(self, panel: ProposedCaption) -> None:
        over = panel is self._prompt.proposal
        photo_id = self._prompt.photo_id if over else self._only()
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
