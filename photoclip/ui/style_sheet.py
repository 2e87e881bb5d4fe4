"""The one style sheet, generated from the tokens."""

from photoclip.ui.tokens import Tokens


def style_sheet(t: Tokens, viewer: Tokens, body: int) -> str:
    """The style sheet for the whole application; `body` is the text height in pixels."""
    caption, heading, title = max(11, round(body * 0.85)), round(body * 1.2), round(body * 1.6)
    return f"""
* {{ font-size: {body}px; }}
QMainWindow, #chrome {{ background: {t.chrome}; }}
#content, #welcome, #failures {{ background: {t.canvas}; }}
#toolbar {{ background: {t.chrome}; border-bottom: 1px solid {t.line}; }}
#status, #switchLine {{ background: {t.chrome}; border-top: 1px solid {t.line}; }}
#status QLabel, #status QPushButton, #switchLine QLabel {{ font-size: {caption}px; }}
QSplitter::handle {{ background: {t.line}; }}
QSplitter::handle:horizontal {{ width: 1px; }}
QLabel[role="caption"] {{ font-size: {caption}px; color: {t.text2}; }}
QLabel[role="secondary"] {{ color: {t.text2}; }}
QLabel[role="strong"] {{ font-weight: 600; }}
QLabel[role="section"] {{ font-size: {caption}px; font-weight: 600; color: {t.text2}; }}
QLabel[role="heading"] {{ font-size: {heading}px; font-weight: 600; }}
QLabel[role="title"] {{ font-size: {title}px; font-weight: 600; }}
QLabel[role="warn"] {{ color: {t.warn}; }}
QLabel[role="ok"] {{ color: {t.ok}; font-weight: 600; }}
QLabel[role="bad"] {{ color: {t.bad}; }}
QToolTip {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.edge}; padding: 4px; }}

QLineEdit {{ background: {t.canvas}; color: {t.text}; border: 1px solid {t.edge};
    placeholder-text-color: {t.text2};
    border-radius: 6px; padding: 0 8px; min-height: 26px;
    selection-background-color: {t.accent}; selection-color: {t.on_accent}; }}
QLineEdit:focus {{ border: 2px solid {t.accent}; padding: 0 7px; min-height: 24px; }}
#caption {{ background: transparent; color: {t.text}; border: 1px solid transparent;
    placeholder-text-color: {t.text2}; border-radius: 6px; padding: 0 1px;
    selection-background-color: {t.accent}; selection-color: {t.on_accent}; }}
#caption:hover {{ border-color: {t.edge}; }}
#caption:focus {{ background: {t.canvas}; border: 2px solid {t.accent}; padding: 0; }}
#proposal {{ background: {t.raised}; border: 1px solid {t.line}; border-radius: 6px; }}
#offers {{ background: transparent; }}
#searchField {{ min-height: 32px; padding: 0 32px 0 34px; border-radius: 6px; }}
#searchField:focus {{ min-height: 30px; padding: 0 31px 0 33px; }}
#searchField[held="true"] {{ border: 2px dashed {t.accent}; min-height: 30px;
    padding: 0 31px 0 33px; }}

QPushButton {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.edge};
    border-radius: 6px; padding: 0 12px; min-height: 28px; outline: none; }}
QPushButton:hover {{ background: {t.hover}; }}
QPushButton:pressed {{ background: {t.press}; }}
QPushButton:focus {{ border: 2px solid {t.accent}; padding: 0 11px; min-height: 26px; }}
QPushButton:disabled {{ color: {t.edge}; border-color: {t.line}; }}
QPushButton[primary="true"] {{ background: {t.accent}; color: {t.on_accent};
    border-color: {t.accent}; font-weight: 600; }}
QPushButton[primary="true"]:focus {{ border: 2px solid {t.text}; }}
QPushButton[primary="true"]:disabled {{ background: {t.press}; color: {t.edge};
    border-color: {t.line}; }}
QPushButton[large="true"] {{ min-height: 38px; padding: 0 18px; }}
QPushButton[large="true"]:focus {{ min-height: 36px; padding: 0 17px; }}
QPushButton[danger="true"] {{ color: {t.bad}; }}
QPushButton[flat="true"] {{ background: transparent; border: 2px solid transparent;
    padding: 0 8px; min-height: 24px; color: {t.accent}; }}
QPushButton[flat="true"]:hover {{ background: {t.hover}; }}
QPushButton[flat="true"]:focus {{ border-color: {t.accent}; }}
QPushButton[flush="true"] {{ padding: 0; border: none; border-bottom: 2px solid transparent;
    border-radius: 0; }}
QPushButton[flush="true"]:focus {{ border-bottom-color: {t.accent}; }}
QPushButton[segment="left"] {{ border-top-right-radius: 0; border-bottom-right-radius: 0;
    border-right: none; }}
QPushButton[segment="right"] {{ border-top-left-radius: 0; border-bottom-left-radius: 0; }}
QPushButton[segment]:checked {{ background: {t.tint}; }}
QPushButton[segment]:focus {{ border: 2px solid {t.accent}; padding: 0 11px; min-height: 26px; }}
QPushButton[pill="true"] {{ background: {t.accent}; color: {t.on_accent}; border: none;
    border-radius: 16px; min-height: 32px; padding: 0 16px; font-weight: 600; }}
QPushButton[pill="true"]:focus {{ border: 2px solid {t.text}; padding: 0 14px;
    min-height: 28px; }}

QToolButton {{ background: transparent; border: 2px solid transparent; border-radius: 6px;
    padding: 4px; }}
QToolButton:hover {{ background: {t.hover}; }}
QToolButton:pressed, QToolButton:open {{ background: {t.press}; }}
QToolButton:checked {{ background: {t.tint}; }}
QToolButton:focus {{ border-color: {t.accent}; }}
QToolButton::menu-indicator {{ image: none; }}

QMenu {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.edge}; padding: 4px 0; }}
QMenu::item {{ padding: 7px 28px 7px 30px; }}
QMenu::indicator {{ left: 10px; width: 14px; height: 14px; }}
QMenu::item:selected {{ background: {t.tint}; color: {t.text}; }}
QMenu::item:disabled {{ color: {t.edge}; }}
QMenu::separator {{ height: 1px; background: {t.line}; margin: 4px 0; }}

QTreeView, QListView {{ background: transparent; border: none; outline: none; }}
#sidebar QTreeView {{ selection-background-color: transparent; }}
#grid {{ background: {t.canvas}; }}
#sidebar {{ background: {t.chrome}; }}
QScrollArea {{ background: transparent; border: none; }}
#detailsArea {{ border: 2px solid transparent; }}
#detailsArea:focus {{ border-color: {t.accent}; }}
#detailsBody, #keysBody {{ background: transparent; }}

QScrollBar:vertical {{ background: transparent; width: 12px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 0; }}
QScrollBar::handle {{ background: {t.edge}; border-radius: 3px; margin: 3px; }}
QScrollBar::handle:vertical {{ min-height: 32px; }}
QScrollBar::handle:horizontal {{ min-width: 32px; }}
QScrollBar::handle:hover {{ background: {t.text2}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}

QSlider::groove:horizontal {{ height: 4px; border-radius: 2px; background: {t.press}; }}
QSlider::sub-page:horizontal {{ height: 4px; border-radius: 2px; background: {t.edge}; }}
QSlider::handle:horizontal {{ width: 16px; height: 16px; margin: -6px 0; border-radius: 8px;
    background: {t.text2}; }}
QSlider::handle:horizontal:hover {{ background: {t.text}; }}
QSlider {{ min-height: 28px; background: transparent; }}
QSlider:focus {{ outline: none; }}
QSlider::handle:horizontal:focus {{ background: {t.accent}; }}

QProgressBar {{ background: {t.press}; border: none; border-radius: 2px; max-height: 4px;
    min-height: 4px; }}
QProgressBar::chunk {{ background: {t.accent}; border-radius: 2px; }}
QProgressBar[paused="true"]::chunk {{ background: {t.warn}; }}

#models, #settings {{ background: {t.chrome}; }}
#modelsFoot {{ background: {t.chrome}; border-top: 1px solid {t.line}; }}
#modelCard {{ background: {t.canvas}; border: 1px solid {t.line}; border-radius: 10px; }}
#modelRow {{ border-top: 1px solid {t.line}; }}
#modelRow[first="true"] {{ border-top: none; }}
#badge {{ border: 1px solid {t.edge}; border-radius: 4px; padding: 0 4px;
    font-size: {caption}px; color: {t.text2}; }}

#vocabulary, #review, #teach {{ background: {t.chrome}; }}
#terms {{ background: {t.canvas}; border: 1px solid {t.line}; border-radius: 10px; }}
#terms::item {{ height: 30px; border: none; color: {t.text}; }}
#terms::item:selected {{ background: {t.tint}; }}
#terms::item:hover:!selected {{ background: {t.hover}; }}
#terms QHeaderView::section {{ background: {t.canvas}; color: {t.text2}; border: none;
    border-bottom: 1px solid {t.line}; padding: 4px 6px; font-size: {caption}px; }}
#prompts {{ background: {t.canvas}; color: {t.text}; border: 1px solid {t.edge};
    placeholder-text-color: {t.text2}; border-radius: 6px; padding: 2px 4px; }}
QComboBox {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.edge};
    border-radius: 6px; padding: 0 24px 0 8px; min-height: 26px; }}
QComboBox:hover {{ background: {t.hover}; }}
QComboBox:focus {{ border: 2px solid {t.accent}; padding: 0 23px 0 7px; min-height: 24px; }}
QComboBox:editable {{ background: {t.canvas}; }}
QComboBox::drop-down {{ border: none; width: 24px; }}
QComboBox::down-arrow {{ image: none; }}
QComboBox QLineEdit, QComboBox QLineEdit:focus {{ border: none; padding: 0; background: transparent;
    min-height: 24px; }}
QComboBox QAbstractItemView {{ background: {t.raised}; color: {t.text};
    border: 1px solid {t.edge}; selection-background-color: {t.tint};
    selection-color: {t.text}; }}
#prompts:focus {{ border: 2px solid {t.accent}; padding: 1px 3px; }}

#popover, #notice, #keys {{ background: {t.raised}; border: 1px solid {t.edge};
    border-radius: 10px; }}
#key {{ background: {t.chrome}; border: 1px solid {t.edge}; border-radius: 4px;
    padding: 1px 6px; font-size: {caption}px; }}
#dropZone {{ border: 2px dashed {t.line}; border-radius: 10px; }}
#dropZone[held="true"] {{ background: {t.tint}; border-color: {t.accent}; }}
#dropHint {{ background: #E0{t.raised[1:]}; border: 2px dashed {t.accent}; border-radius: 10px; }}

#viewer {{ background: {viewer.canvas}; }}
#viewer QLabel {{ color: {viewer.text}; }}
#viewer QLabel[role="caption"], #viewer QLabel[role="secondary"],
#viewer QLabel[role="section"] {{ color: {viewer.text2}; }}
#viewer #side {{ border-left: 1px solid {viewer.line}; }}
#viewer #side > QWidget > QWidget {{ background: {viewer.canvas}; }}
#hint {{ background: #CC{viewer.canvas[1:]}; color: {viewer.text}; border-radius: 6px;
    padding: 6px 10px; font-size: {caption}px; }}
#viewer QToolButton:checked {{ background: {viewer.tint}; }}
#viewer QToolButton[floating="true"] {{ background: #99{viewer.canvas[1:]}; border-radius: 20px; }}
#viewer #popover {{ background: {viewer.raised}; border-color: {viewer.edge}; }}
#viewer QLineEdit, #viewer #caption {{ background: {viewer.canvas}; color: {viewer.text};
    border-color: {viewer.edge}; placeholder-text-color: {viewer.text2}; }}
#viewer #proposal {{ background: {viewer.canvas}; border-color: {viewer.line}; }}
#viewer #proposal QPushButton {{ background: {viewer.raised}; color: {viewer.text};
    border-color: {viewer.edge}; }}
#viewer #proposal QPushButton:hover {{ background: {viewer.hover}; }}
#viewer #proposal QPushButton:focus {{ border-color: {viewer.accent}; }}
#viewer #proposal QPushButton[flat="true"] {{ background: transparent;
    border-color: transparent; color: {viewer.accent}; }}
#viewer #proposal QPushButton[flat="true"]:focus {{ border-color: {viewer.accent}; }}
#viewer QPushButton[flat="true"] {{ color: {viewer.accent}; }}
#viewer QPushButton[flat="true"]:hover {{ background: {viewer.hover}; }}
#viewer QLineEdit:focus, #viewer #caption:focus {{ border-color: {viewer.accent}; }}
#viewer QToolButton:hover {{ background: {viewer.hover}; }}
#viewer QToolButton:pressed {{ background: {viewer.press}; }}
#viewer QToolButton:focus {{ border-color: {viewer.accent}; }}
"""
