"""Which photos came, went or got another date last, so that a list of all is brought up to date."""

from typing import Final

SHOWN: Final = """
-- The last ten thousand; whoever missed more reads all again.
CREATE TABLE shown_changes (
    number INTEGER PRIMARY KEY,
    photo_id INTEGER NOT NULL
);
CREATE TRIGGER shown_change_noted AFTER INSERT ON shown_changes BEGIN
    DELETE FROM shown_changes WHERE number <= NEW.number - 10000;
END;
CREATE TRIGGER photo_shown AFTER INSERT ON photos WHEN NEW.present BEGIN
    INSERT INTO shown_changes (photo_id) VALUES (NEW.id);
END;
CREATE TRIGGER photo_shown_otherwise AFTER UPDATE OF present, sort_time ON photos
    WHEN OLD.present != NEW.present OR OLD.sort_time != NEW.sort_time BEGIN
    INSERT INTO shown_changes (photo_id) VALUES (NEW.id);
END;
CREATE TRIGGER photo_gone AFTER DELETE ON photos WHEN OLD.present BEGIN
    INSERT INTO shown_changes (photo_id) VALUES (OLD.id);
END;
"""
