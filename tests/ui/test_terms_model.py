"""The terms as a model: what Qt asks of one, by category and as a plain list."""

from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QFont, QPalette
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from photoclip.core.terms import Term
from photoclip.ui.terms_model import TermsModel

DOG = Term("dog", chinese="狗", category="animals")
CAT = Term("cat", category="animals", hidden=True)
PIER = Term("pier", category="places")


def texts(model: TermsModel, row: int, category: int | None = None) -> list[str]:
    above = [] if category is None else [model.category_at(category)]
    return [model.index(row, column, *above).data() for column in range(3)]


def test_terms_stand_below_their_categories(qtbot: QtBot) -> None:
    model = TermsModel()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.dress(QFont(), QPalette(), QLocale("en"))
    model.set_terms([PIER, DOG, CAT], {"dog": 1200}, ["pier"], grouped=True)
    assert model.categories == ["animals", "places"]
    assert model.category_at(0).data() == "animals  (2)"
    assert texts(model, 0, 0) == ["dog", "狗", "1,200"]
    assert texts(model, 1, 0) == ["cat", "", ""]
    cat, pier = model.index_of("cat"), model.index_of("pier")
    assert model.term(cat) is CAT
    assert model.term(model.category_at(0)) is None
    assert cat.data(Qt.ItemDataRole.FontRole).strikeOut()
    assert cat.data(Qt.ItemDataRole.AccessibleTextRole) == "cat, hidden"
    assert pier.data(Qt.ItemDataRole.AccessibleTextRole) == "pier, your own"
    model.set_counts({"cat": 3})
    assert texts(model, 1, 0) == ["cat", "", "3"]
    assert texts(model, 0, 0)[2] == ""


def test_terms_searched_for_are_one_list(qtbot: QtBot) -> None:
    model = TermsModel()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.set_terms([PIER, DOG], {}, [], grouped=False)
    assert model.names == ["pier", "dog"]
    assert model.categories == []
    assert texts(model, 1) == ["dog", "狗", ""]
    assert model.term(model.index_of("dog")) is DOG
    assert model.rowCount(model.index_of("dog")) == 0
    model.set_terms([], {}, [], grouped=False)
    assert model.rowCount() == 0
