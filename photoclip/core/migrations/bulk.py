"""Whoever changes many rows at once counts them himself, in sets; triggers leave it to him."""

from typing import Final

BULK: Final = """
-- Holds a row while a transaction counts for itself, and never longer; see `core.bulk`. No other
-- transaction ever sees one.
CREATE TABLE counts_itself (yes INTEGER PRIMARY KEY);

-- Those of some photos without a look at all the others.
DROP VIEW photo_facets;
CREATE VIEW photo_facets AS SELECT photos.id, kind, CASE kind
        WHEN 'camera' THEN camera WHEN 'lens' THEN lens WHEN 'type' THEN format
        ELSE CAST(CAST(strftime('%Y', min(max(sort_time, -62135596800), 253402300799),
            'unixepoch') AS INTEGER) AS TEXT) END AS value
    FROM photos CROSS JOIN (SELECT 'camera' AS kind UNION ALL SELECT 'lens'
        UNION ALL SELECT 'type' UNION ALL SELECT 'year') WHERE value IS NOT NULL;

DROP TRIGGER decision_added;
DROP TRIGGER decision_removed;
DROP TRIGGER unwritten_decision;
DROP TRIGGER unwritten_decision_removed;
CREATE TRIGGER decision_added AFTER INSERT ON decisions
WHEN NOT EXISTS (SELECT 1 FROM counts_itself)
AND (SELECT present FROM photos WHERE id = NEW.photo_id) BEGIN
    UPDATE terms SET photos = photos + 1 WHERE id = NEW.term_id AND NEW.confirmed;
    UPDATE suggested SET photos = photos - 1, doubtful = doubtful - (s.probability < 0.8)
        FROM suggestions AS s WHERE s.photo_id = NEW.photo_id AND s.term_id = NEW.term_id
        AND suggested.model_id = s.model_id AND suggested.term_id = NEW.term_id;
END;
CREATE TRIGGER decision_removed AFTER DELETE ON decisions
WHEN NOT EXISTS (SELECT 1 FROM counts_itself)
AND (SELECT present FROM photos WHERE id = OLD.photo_id) BEGIN
    UPDATE terms SET photos = photos - 1 WHERE id = OLD.term_id AND OLD.confirmed;
    UPDATE suggested SET photos = photos + 1, doubtful = doubtful + (s.probability < 0.8)
        FROM suggestions AS s WHERE s.photo_id = OLD.photo_id AND s.term_id = OLD.term_id
        AND suggested.model_id = s.model_id AND suggested.term_id = OLD.term_id;
END;
CREATE TRIGGER unwritten_decision AFTER INSERT ON decisions
WHEN NOT EXISTS (SELECT 1 FROM counts_itself) AND NEW.source != 'file' BEGIN
    INSERT INTO unwritten SELECT NEW.photo_id
        WHERE NEW.photo_id NOT IN (SELECT photo_id FROM unwritten);
END;
CREATE TRIGGER unwritten_decision_removed AFTER DELETE ON decisions
WHEN NOT EXISTS (SELECT 1 FROM counts_itself) BEGIN
    INSERT INTO unwritten SELECT OLD.photo_id
        WHERE OLD.photo_id NOT IN (SELECT photo_id FROM unwritten);
END;

DROP TRIGGER unwritten_annotation;
DROP TRIGGER unwritten_annotation_changed;
DROP TRIGGER unwritten_annotation_removed;
CREATE TRIGGER unwritten_annotation AFTER INSERT ON annotations
WHEN NOT EXISTS (SELECT 1 FROM counts_itself) AND (NEW.rating != 0 OR NEW.caption != '') BEGIN
    INSERT INTO unwritten SELECT NEW.photo_id
        WHERE NEW.photo_id NOT IN (SELECT photo_id FROM unwritten);
END;
CREATE TRIGGER unwritten_annotation_changed AFTER UPDATE OF rating, caption ON annotations
WHEN NOT EXISTS (SELECT 1 FROM counts_itself)
AND (OLD.rating != NEW.rating OR OLD.caption != NEW.caption) BEGIN
    INSERT INTO unwritten SELECT NEW.photo_id
        WHERE NEW.photo_id NOT IN (SELECT photo_id FROM unwritten);
END;
CREATE TRIGGER unwritten_annotation_removed AFTER DELETE ON annotations
WHEN NOT EXISTS (SELECT 1 FROM counts_itself) AND (OLD.rating != 0 OR OLD.caption != '') BEGIN
    INSERT INTO unwritten SELECT OLD.photo_id
        WHERE OLD.photo_id NOT IN (SELECT photo_id FROM unwritten);
END;

DROP TRIGGER file_changed;
DROP TRIGGER folder_of_file_changed;
DROP TRIGGER facets_before_change;
DROP TRIGGER facets_after_change;
DROP TRIGGER tags_of_photo_shown;
DROP TRIGGER photo_shown_otherwise;
DROP TRIGGER shown_change_noted;
CREATE TRIGGER file_changed AFTER UPDATE OF photo_id, missing ON files
WHEN NOT EXISTS (SELECT 1 FROM counts_itself)
AND (OLD.photo_id IS NOT NEW.photo_id OR OLD.missing IS NOT NEW.missing) BEGIN
    UPDATE photos SET present = EXISTS (
        SELECT 1 FROM files WHERE files.photo_id = photos.id AND NOT files.missing
    ) WHERE id IN (OLD.photo_id, NEW.photo_id);
END;
CREATE TRIGGER folder_of_file_changed AFTER UPDATE ON files
WHEN NOT EXISTS (SELECT 1 FROM counts_itself) AND OLD.directory_id = NEW.directory_id BEGIN
    UPDATE directories SET changes = changes + 1, photos = photos + CASE
        WHEN OLD.photo_id IS NEW.photo_id AND OLD.missing = NEW.missing THEN 0
        ELSE (
            NEW.photo_id IS NOT NULL AND NOT NEW.missing AND NOT EXISTS (
                SELECT 1 FROM files WHERE photo_id = NEW.photo_id
                AND directory_id = NEW.directory_id AND NOT missing AND id != NEW.id
            )
        ) - (
            OLD.photo_id IS NOT NULL AND NOT OLD.missing AND NOT EXISTS (
                SELECT 1 FROM files WHERE photo_id = OLD.photo_id
                AND directory_id = OLD.directory_id AND NOT missing
            )
        ) END
        WHERE id = NEW.directory_id;
END;
CREATE TRIGGER facets_before_change
BEFORE UPDATE OF present, camera, lens, format, sort_time ON photos
WHEN NOT EXISTS (SELECT 1 FROM counts_itself)
AND OLD.present AND (NEW.present, NEW.camera, NEW.lens, NEW.format, NEW.sort_time)
IS NOT (1, OLD.camera, OLD.lens, OLD.format, OLD.sort_time) BEGIN
    UPDATE facets SET photos = photos - 1
        WHERE (kind, value) IN (SELECT kind, value FROM photo_facets WHERE id = OLD.id);
END;
CREATE TRIGGER facets_after_change
AFTER UPDATE OF present, camera, lens, format, sort_time ON photos
WHEN NOT EXISTS (SELECT 1 FROM counts_itself)
AND NEW.present AND (OLD.present, OLD.camera, OLD.lens, OLD.format, OLD.sort_time)
IS NOT (1, NEW.camera, NEW.lens, NEW.format, NEW.sort_time) BEGIN
    INSERT INTO facets SELECT kind, value, 0 FROM photo_facets AS its WHERE id = NEW.id
        AND NOT EXISTS (SELECT 1 FROM facets WHERE kind = its.kind AND value = its.value);
    UPDATE facets SET photos = photos + 1
        WHERE (kind, value) IN (SELECT kind, value FROM photo_facets WHERE id = NEW.id);
END;
CREATE TRIGGER tags_of_photo_shown AFTER UPDATE OF present ON photos
WHEN NOT EXISTS (SELECT 1 FROM counts_itself) AND OLD.present != NEW.present BEGIN
    UPDATE models SET searchable = searchable + NEW.present - OLD.present WHERE EXISTS (
        SELECT 1 FROM vectors WHERE model_id = models.id AND photo_id = NEW.id);
    UPDATE terms SET photos = photos + NEW.present - OLD.present WHERE id IN (
        SELECT term_id FROM decisions WHERE photo_id = NEW.id AND confirmed);
    UPDATE suggested SET photos = photos + NEW.present - OLD.present,
        doubtful = doubtful + (NEW.present - OLD.present) * unsure
        FROM undecided WHERE undecided.photo_id = NEW.id
        AND suggested.model_id = undecided.model_id
        AND suggested.term_id = undecided.term_id;
END;
CREATE TRIGGER photo_shown_otherwise AFTER UPDATE OF present, sort_time ON photos
WHEN NOT EXISTS (SELECT 1 FROM counts_itself)
AND (OLD.present != NEW.present OR OLD.sort_time != NEW.sort_time) BEGIN
    INSERT INTO shown_changes (photo_id) VALUES (NEW.id);
END;
CREATE TRIGGER shown_change_noted AFTER INSERT ON shown_changes
WHEN NOT EXISTS (SELECT 1 FROM counts_itself) BEGIN
    DELETE FROM shown_changes WHERE number <= NEW.number - 10000;
END;
"""
