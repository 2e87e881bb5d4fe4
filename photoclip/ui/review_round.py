"""A round of questions about one tag: which one is put, what was answered, what was skipped."""

from collections.abc import Mapping, Sequence

from photoclip.core.review import Question


class Round:
    """Where a person is among some questions.

    Args:
        skipped: photos not to be asked about again now.

    Attributes:
        at: the number of the question put; that of all questions at the end.
    """

    def __init__(self, questions: Sequence[Question] = (), skipped: frozenset[int] = frozenset()):
        self.questions = tuple(one for one in questions if one.photo_id not in skipped)
        self.at = 0
        self._skipped_before = skipped
        self._answers: dict[int, bool] = {}
        # What of it the library is known to hold.
        self._stored: dict[int, bool] = {}

    @property
    def question(self) -> Question | None:
        """The one put now; None at the end."""
        return self.questions[self.at] if self.at < len(self.questions) else None

    @property
    def photo_ids(self) -> list[int]:
        return [question.photo_id for question in self.questions]

    @property
    def ahead(self) -> list[int]:
        """The photos that come next."""
        return self.photo_ids[self.at + 1 :]

    @property
    def answered(self) -> bool:
        """Whether any question was answered."""
        return bool(self._answers)

    @property
    def skipped(self) -> frozenset[int]:
        """The photos without an answer, those of earlier rounds too."""
        return self._skipped_before | (frozenset(self.photo_ids) - self._answers.keys())

    @property
    def settled(self) -> bool:
        """Whether all was put, and the library has every answer."""
        over = self.question is None and bool(self.questions)
        return over and self._stored.keys() >= self._answers.keys()

    def answer_to(self, photo_id: int) -> bool | None:
        return self._answers.get(photo_id)

    def answer(self, yes: bool) -> None:
        """Note the answer to the question put; `step` goes on."""
        if self.question is not None:
            self._answers[self.question.photo_id] = yes

    def step(self, by: int) -> bool:
        """Go on, or back; whether there was anywhere to go."""
        before, self.at = self.at, min(max(self.at + by, 0), len(self.questions))
        return self.at != before

    def take_back(self) -> bool:
        """Forget the last answer and put its question again; False where there is none."""
        if not self._answers:
            return False
        photo_id, _ = self._answers.popitem()
        self._stored.pop(photo_id, None)
        self.at = self.photo_ids.index(photo_id)
        return True

    def take_in(self, stored: Mapping[int, bool]) -> bool:
        """Learn what the library holds, by photo.

        An answer that it held before and does not now was undone: its question is put again.

        Returns:
            Whether there is one.
        """
        ours = {one: stored[one] for one in self.photo_ids if one in stored}
        undone = [photo_id for photo_id in self._stored if photo_id not in ours]
        self._stored = ours
        self._answers |= ours
        for photo_id in undone:
            self._answers.pop(photo_id, None)
        if undone:
            self.at = self.photo_ids.index(undone[-1])
        return bool(undone)
