"""The language of the app: the person's where it is translated, else English with its plurals."""

from PySide6.QtCore import QCoreApplication, QLocale, QTranslator

from photoclip.resources import resource_path


def install(app: QCoreApplication) -> QTranslator:
    """Translate all that is shown from now on; give what must be kept for as long."""
    translator = QTranslator(app)
    folder = str(resource_path("translations"))
    if not translator.load(QLocale(), "photoclip", "_", folder):
        translator.load("photoclip_en", folder)
    app.installTranslator(translator)
    return translator
