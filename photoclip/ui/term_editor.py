"""What is known of one term, to be changed in place; or what several can be given together."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from photoclip.core.terms import OWN, Term
from photoclip.ui.choice import Choice
from photoclip.ui.controls import IconButton, button, label


class TermEditor(QWidget):
    """Fields of a term; what is changed is given when the person leaves a field.

    Signals:
        edited: (the name it had, the `Term`).
        added: a new `Term`.
        moved: (names, category). hideAsked: (names, hidden). restoreAsked, photosAsked: a name.
        left: the person is done.
    """

    edited = Signal(object, object)
    added = Signal(object)
    moved = Signal(object, object)
    hideAsked = Signal(object, object)
    restoreAsked = Signal(object)
    photosAsked = Signal(object)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("detailsBody")
        self._terms = tuple[Term, ...]()
        self.adding = False
        self._begun_with = Term("")
        # The term as it was before the change that is being stored.
        self._before: Term | None = None
        self._back = IconButton("back", self.tr("Back to the list"), 28)
        self._back.clicked.connect(self._leave)
        self._title = label("", "heading", wrap=True)
        self._problem = label("", "bad", wrap=True)
        self._problem.hide()
        self._hint = label("", "secondary", wrap=True)
        self.name, self.chinese = QLineEdit(), QLineEdit()
        self.category = Choice()
        self.category.setEditable(True)
        self.category.setInsertPolicy(Choice.InsertPolicy.NoInsert)
        # A completer's popup switches input methods off.
        self.category.setCompleter(None)  # type: ignore[arg-type]
        self.parents, self.synonyms = QLineEdit(), QLineEdit()
        self.prompts = QPlainTextEdit()
        self.prompts.setObjectName("prompts")
        self.prompts.setTabChangesFocus(True)
        self.prompts.setFixedHeight(64)
        self.prompts.installEventFilter(self)
        self._photos = button("", "flat", "flush")
        self._photos.clicked.connect(lambda: self.photosAsked.emit(self._terms[0].term))
        self._hide = button("")
        self._hide.clicked.connect(self._ask_hide)
        self._restore = button("", "flat")
        self._restore.clicked.connect(lambda: self.restoreAsked.emit(self._terms[0].term))
        self._add = button(self.tr("Add"), "primary")
        self._add.clicked.connect(self._save)
        self._cancel = button(self.tr("Cancel"))
        self._cancel.clicked.connect(self._leave)
        self._rows: list[tuple[QWidget, QWidget]] = []
        self._lay_out()
        for field in (self.name, self.chinese, self.parents, self.synonyms):
            field.editingFinished.connect(self._leave_field)
            field.returnPressed.connect(lambda: self._save() if self.adding else None)
        self.category.activated.connect(lambda _: self._leave_field())
        line = self.category.lineEdit()
        assert line is not None
        line.setAccessibleName(self.tr("Category"))
        line.editingFinished.connect(self._leave_field)
        self.show_terms((), 0, False, False)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 0, 8, 8)
        column.setSpacing(4)
        head = QHBoxLayout()
        head.addWidget(self._back)
        head.addWidget(self._title, 1)
        column.addLayout(head)
        column.addWidget(self._photos, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._problem)
        column.addWidget(self._hint)
        separated = self.tr("separated by semicolons")
        for field, title, hint in (
            (self.name, self.tr("Name"), ""),
            (self.chinese, self.tr("Chinese name"), ""),
            (self.category, self.tr("Category"), ""),
            (self.parents, self.tr("Belongs to"), self.tr("terms that follow from it")),
            (self.synonyms, self.tr("Other names"), separated),
            (self.prompts, self.tr("What the model is asked"), self.tr("one a line")),
        ):
            title_label = label(title, "section")
            title_label.setBuddy(field)
            field.setAccessibleName(f"{title}, {hint}" if hint else title)
            if hint and isinstance(field, QLineEdit | QPlainTextEdit):
                field.setPlaceholderText(hint)
            column.addSpacing(4)
            column.addWidget(title_label)
            column.addWidget(field)
            self._rows.append((title_label, field))
        column.addSpacing(12)
        buttons = QHBoxLayout()
        for widget in (self._add, self._cancel, self._hide, self._restore):
            buttons.addWidget(widget)
        buttons.addStretch(1)
        column.addLayout(buttons)
        column.addStretch(1)

    def show_categories(self, categories: Sequence[str]) -> None:
        """What there is to choose from."""
        text = self.category.currentText()
        self.category.clear()
        self.category.addItems(list(categories))
        self.category.setCurrentText(text)

    def show_back(self, shown: bool) -> None:
        self._back.setVisible(shown)

    def show_problem(self, sentence: str) -> None:
        """Why what was written cannot be; it stays in the fields to be mended."""
        self._problem.setText(sentence)
        self._problem.setVisible(bool(sentence))
        if sentence and self._before is not None:
            self._terms = (self._before,)
        self._before = None

    def show_terms(self, terms: Sequence[Term], photos: int, own: bool, changed: bool) -> None:
        """Show one term, or what several have in common, or what to do.

        Args:
            photos: how many have the one.
            own, changed: whether the person added the one, or changed it.
        """
        same = [t.term for t in terms] == [t.term for t in self._terms]
        if same and terms and self._problem.text():
            return
        self._terms = tuple(terms)
        self.adding = False
        one = terms[0] if len(terms) == 1 else None
        if not same:
            self.show_problem("")
        self._title.setText(one.term if one else "")
        if len(terms) > 1:
            self._title.setText(self.tr("%Ln term(s)", "", len(terms)))
        self._title.setVisible(bool(terms))
        self._hint.setText(self.tr("Select a term to change it, or several to group or hide them."))
        self._hint.setVisible(not terms)
        self._photos.setText(self.tr("Show %Ln photo(s)", "", photos))
        self._photos.setVisible(one is not None and photos > 0)
        for title, field in self._rows:
            shown = one is not None or (bool(terms) and field is self.category)
            title.setVisible(shown)
            field.setVisible(shown)
        self._fill(one or Term("", self._common_category()))
        self._hide.setVisible(bool(terms))
        hidden = bool(terms) and all(term.hidden for term in terms)
        self._hide.setText(self.tr("Show again") if hidden else self.tr("Hide"))
        self._hide.setToolTip("" if hidden else self.tr("Never suggest it and never offer it"))
        self._restore.setVisible(one is not None and (own or changed))
        self._restore.setText(self.tr("Remove") if own else self.tr("As built in"))
        self._add.hide()
        self._cancel.hide()

    def start(self, name: str, category: str) -> None:
        """Write a new term."""
        self.show_terms((), 0, False, False)
        self.adding = True
        self._title.setText(self.tr("New term"))
        self._title.show()
        self._hint.hide()
        for title, field in self._rows:
            title.show()
            field.show()
        self._fill(Term(name, category))
        self._begun_with = self.written()
        self._add.show()
        self._cancel.show()
        # What is proposed gives way to what is typed.
        self.name.selectAll()
        self.name.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def begun(self) -> bool:
        """Whether anything of a new term is written that would be lost."""
        return self.adding and self.written() != self._begun_with

    def stop(self) -> None:
        """Throw the new term away."""
        self.adding = False
        self._terms = ()

    def written(self) -> Term:
        """The term as it stands in the fields."""
        base = self._terms[0] if len(self._terms) == 1 else Term("")
        return replace(
            base,
            term=self.name.text().strip(),
            chinese=self.chinese.text().strip(),
            category=self.category.currentText().strip() or OWN,
            parents=_parts(self.parents.text()),
            synonyms=_parts(self.synonyms.text()),
            prompts=tuple(p for p in map(str.strip, self.prompts.toPlainText().split("\n")) if p),
        )

    def _fill(self, term: Term) -> None:
        self.name.setText(term.term)
        self.chinese.setText(term.chinese)
        self.category.setCurrentText(term.category if term.category != OWN else "")
        self.parents.setText("; ".join(term.parents))
        self.synonyms.setText("; ".join(term.synonyms))
        self.prompts.setPlainText("\n".join(term.prompts))

    def _common_category(self) -> str:
        found = {term.category for term in self._terms}
        return found.pop() if len(found) == 1 else ""

    def _leave_field(self) -> None:
        if self.adding or not self._terms:
            return
        if len(self._terms) > 1:
            category = self.category.currentText().strip()
            if category and category != self._common_category():
                names = [term.term for term in self._terms]
                self._terms = tuple(replace(t, category=category) for t in self._terms)
                self.moved.emit(names, category)
            return
        to, before = self.written(), self._terms[0]
        if to != before and to.term:
            # What follows changes the term as it is then.
            self._terms, self._before = (to,), before
            self.edited.emit(before.term, to)

    def _save(self) -> None:
        term = self.written()
        if not term.term:
            self.show_problem(self.tr("Give the term a name."))
            self.name.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.added.emit(term)

    def _ask_hide(self) -> None:
        hidden = all(term.hidden for term in self._terms)
        self.hideAsked.emit([term.term for term in self._terms], not hidden)

    def _leave(self) -> None:
        self.stop()
        self.left.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut:
            self._leave_field()
        return False


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part for part in map(str.strip, text.replace("；", ";").split(";")) if part)
