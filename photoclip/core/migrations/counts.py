"""What is asked all the time is counted as rows come and go, and unchanged folders are told.

The triggers rely on `PRAGMA recursive_triggers`: what REPLACE takes away is counted off. They
insert only where nothing is, since the conflict clause of a statement overrides theirs.
"""

from typing import Final

COUNTS: Final = """
-- How often rows of a folder's files were written, or what is known of their photos taken away.
ALTER TABLE directories ADD COLUMN changes INTEGER NOT NULL DEFAULT 0;
-- A hash of its files as they were when none was left to be read; see `survey`.
ALTER TABLE directories ADD COLUMN settled BLOB;
-- Photos that have a file there.
ALTER TABLE directories ADD COLUMN photos INTEGER NOT NULL DEFAULT 0;
DROP INDEX files_photo;
CREATE INDEX files_photo ON files (photo_id, directory_id, missing)
    WHERE photo_id IS NOT NULL;
UPDATE directories SET photos = (
    SELECT count(DISTINCT photo_id) FROM files WHERE directory_id = directories.id
        AND photo_id IS NOT NULL AND NOT missing
);
CREATE TRIGGER folder_of_file_added AFTER INSERT ON files BEGIN
    UPDATE directories SET changes = changes + 1, photos = photos + (
        NEW.photo_id IS NOT NULL AND NOT NEW.missing AND NOT EXISTS (
            SELECT 1 FROM files WHERE photo_id = NEW.photo_id
            AND directory_id = NEW.directory_id AND NOT missing AND id != NEW.id
        )
    ) WHERE id = NEW.directory_id;
END;
CREATE TRIGGER folder_of_file_removed AFTER DELETE ON files BEGIN
    UPDATE directories SET changes = changes + 1, photos = photos - (
        OLD.photo_id IS NOT NULL AND NOT OLD.missing AND NOT EXISTS (
            SELECT 1 FROM files WHERE photo_id = OLD.photo_id
            AND directory_id = OLD.directory_id AND NOT missing
        )
    ) WHERE id = OLD.directory_id;
END;
CREATE TRIGGER folder_of_file_changed AFTER UPDATE ON files
WHEN OLD.directory_id = NEW.directory_id BEGIN
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
CREATE TRIGGER folder_of_file_moved AFTER UPDATE OF directory_id ON files
WHEN OLD.directory_id != NEW.directory_id BEGIN
    UPDATE directories SET changes = changes + 1, photos = photos - (
        OLD.photo_id IS NOT NULL AND NOT OLD.missing AND NOT EXISTS (
            SELECT 1 FROM files WHERE photo_id = OLD.photo_id
            AND directory_id = OLD.directory_id AND NOT missing
        )
    ) WHERE id = OLD.directory_id;
    UPDATE directories SET changes = changes + 1, photos = photos + (
        NEW.photo_id IS NOT NULL AND NOT NEW.missing AND NOT EXISTS (
            SELECT 1 FROM files WHERE photo_id = NEW.photo_id
            AND directory_id = NEW.directory_id AND NOT missing AND id != NEW.id
        )
    ) WHERE id = NEW.directory_id;
END;
CREATE TRIGGER folder_of_sidecar_added AFTER INSERT ON sidecars BEGIN
    UPDATE directories SET changes = changes + 1
        WHERE id = (SELECT directory_id FROM files WHERE id = NEW.file_id);
END;
CREATE TRIGGER folder_of_sidecar_changed AFTER UPDATE OF seen ON sidecars
WHEN OLD.seen != NEW.seen BEGIN
    UPDATE directories SET changes = changes + 1
        WHERE id = (SELECT directory_id FROM files WHERE id = NEW.file_id);
END;
CREATE TRIGGER folder_of_sidecar_removed AFTER DELETE ON sidecars BEGIN
    UPDATE directories SET changes = changes + 1
        WHERE id = (SELECT directory_id FROM files WHERE id = OLD.file_id);
END;

-- Vectors of a model, and those of photos that are there.
ALTER TABLE models ADD COLUMN vectors INTEGER NOT NULL DEFAULT 0;
ALTER TABLE models ADD COLUMN searchable INTEGER NOT NULL DEFAULT 0;
UPDATE models SET vectors = (SELECT count(*) FROM vectors WHERE model_id = models.id),
    searchable = (SELECT count(*) FROM vectors JOIN photos ON photos.id = photo_id
        WHERE model_id = models.id AND present);
CREATE TRIGGER vector_counted AFTER INSERT ON vectors BEGIN
    UPDATE models SET vectors = vectors + 1, searchable = searchable
        + (SELECT present FROM photos WHERE id = NEW.photo_id) WHERE id = NEW.model_id;
END;
CREATE TRIGGER vector_removed AFTER DELETE ON vectors BEGIN
    UPDATE models SET vectors = vectors - 1, searchable = searchable
        - (SELECT present FROM photos WHERE id = OLD.photo_id) WHERE id = OLD.model_id;
    UPDATE directories SET changes = changes + 1
        WHERE id IN (SELECT directory_id FROM files WHERE photo_id = OLD.photo_id);
END;

-- Of the photos that are there: how many have each camera, lens, type and year.
CREATE TABLE facets (
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    photos INTEGER NOT NULL,
    PRIMARY KEY (kind, value)
) WITHOUT ROWID;
CREATE VIEW photo_facets AS
    SELECT id, 'camera' AS kind, camera AS value FROM photos WHERE camera IS NOT NULL
    UNION ALL SELECT id, 'lens', lens FROM photos WHERE lens IS NOT NULL
    UNION ALL SELECT id, 'type', format FROM photos
    UNION ALL SELECT id, 'year', CAST(CAST(strftime('%Y',
        min(max(sort_time, -62135596800), 253402300799), 'unixepoch') AS INTEGER) AS TEXT)
        FROM photos;
INSERT INTO facets SELECT kind, value, count(*) FROM photo_facets
    WHERE id IN (SELECT id FROM photos WHERE present) GROUP BY kind, value;
CREATE TRIGGER facets_of_photo_added AFTER INSERT ON photos WHEN NEW.present BEGIN
    INSERT INTO facets SELECT kind, value, 0 FROM photo_facets AS its WHERE id = NEW.id
        AND NOT EXISTS (SELECT 1 FROM facets WHERE kind = its.kind AND value = its.value);
    UPDATE facets SET photos = photos + 1
        WHERE (kind, value) IN (SELECT kind, value FROM photo_facets WHERE id = NEW.id);
END;
CREATE TRIGGER facets_before_change
BEFORE UPDATE OF present, camera, lens, format, sort_time ON photos
WHEN OLD.present AND (NEW.present, NEW.camera, NEW.lens, NEW.format, NEW.sort_time)
IS NOT (1, OLD.camera, OLD.lens, OLD.format, OLD.sort_time) BEGIN
    UPDATE facets SET photos = photos - 1
        WHERE (kind, value) IN (SELECT kind, value FROM photo_facets WHERE id = OLD.id);
END;
CREATE TRIGGER facets_after_change
AFTER UPDATE OF present, camera, lens, format, sort_time ON photos
WHEN NEW.present AND (OLD.present, OLD.camera, OLD.lens, OLD.format, OLD.sort_time)
IS NOT (1, NEW.camera, NEW.lens, NEW.format, NEW.sort_time) BEGIN
    INSERT INTO facets SELECT kind, value, 0 FROM photo_facets AS its WHERE id = NEW.id
        AND NOT EXISTS (SELECT 1 FROM facets WHERE kind = its.kind AND value = its.value);
    UPDATE facets SET photos = photos + 1
        WHERE (kind, value) IN (SELECT kind, value FROM photo_facets WHERE id = NEW.id);
END;

-- Photos that are there and have a term as a confirmed tag.
ALTER TABLE terms ADD COLUMN photos INTEGER NOT NULL DEFAULT 0;
-- Photos that are there for which a model suggests a term on which nobody has decided, and
-- those of them of which it is less sure than 0.8.
CREATE TABLE suggested (
    model_id INTEGER NOT NULL REFERENCES models (id),
    term_id INTEGER NOT NULL REFERENCES terms (id),
    photos INTEGER NOT NULL,
    doubtful INTEGER NOT NULL,
    PRIMARY KEY (model_id, term_id)
) WITHOUT ROWID;
CREATE VIEW undecided AS
    SELECT photo_id, model_id, term_id, probability < 0.8 AS unsure FROM suggestions
    WHERE NOT EXISTS (SELECT 1 FROM decisions WHERE decisions.photo_id = suggestions.photo_id
        AND decisions.term_id = suggestions.term_id);
UPDATE terms SET photos = (SELECT count(*) FROM decisions JOIN photos ON id = photo_id
    WHERE term_id = terms.id AND confirmed AND present);
INSERT INTO suggested SELECT model_id, term_id, sum(present), sum(present AND unsure)
    FROM undecided JOIN photos ON id = photo_id GROUP BY model_id, term_id;
CREATE TRIGGER suggestion_met BEFORE INSERT ON suggestions WHEN NOT EXISTS (
    SELECT 1 FROM suggested WHERE model_id = NEW.model_id AND term_id = NEW.term_id) BEGIN
    INSERT INTO suggested VALUES (NEW.model_id, NEW.term_id, 0, 0);
END;
CREATE TRIGGER suggestion_added AFTER INSERT ON suggestions
WHEN (SELECT present FROM photos WHERE id = NEW.photo_id) AND NOT EXISTS (
    SELECT 1 FROM decisions WHERE photo_id = NEW.photo_id AND term_id = NEW.term_id) BEGIN
    UPDATE suggested SET photos = photos + 1, doubtful = doubtful + (NEW.probability < 0.8)
        WHERE model_id = NEW.model_id AND term_id = NEW.term_id;
END;
CREATE TRIGGER suggestion_removed AFTER DELETE ON suggestions BEGIN
    UPDATE suggested SET photos = photos - 1, doubtful = doubtful - (OLD.probability < 0.8)
        WHERE model_id = OLD.model_id AND term_id = OLD.term_id
        AND (SELECT present FROM photos WHERE id = OLD.photo_id) AND NOT EXISTS (
            SELECT 1 FROM decisions WHERE photo_id = OLD.photo_id AND term_id = OLD.term_id);
END;
CREATE TRIGGER suggestion_changed AFTER UPDATE ON suggestions BEGIN
    UPDATE suggested SET photos = photos - 1, doubtful = doubtful - (OLD.probability < 0.8)
        WHERE model_id = OLD.model_id AND term_id = OLD.term_id
        AND (SELECT present FROM photos WHERE id = OLD.photo_id) AND NOT EXISTS (
            SELECT 1 FROM decisions WHERE photo_id = OLD.photo_id AND term_id = OLD.term_id);
    INSERT INTO suggested SELECT NEW.model_id, NEW.term_id, 0, 0 WHERE NOT EXISTS (
        SELECT 1 FROM suggested WHERE model_id = NEW.model_id AND term_id = NEW.term_id);
    UPDATE suggested SET photos = photos + 1, doubtful = doubtful + (NEW.probability < 0.8)
        WHERE model_id = NEW.model_id AND term_id = NEW.term_id
        AND (SELECT present FROM photos WHERE id = NEW.photo_id) AND NOT EXISTS (
            SELECT 1 FROM decisions WHERE photo_id = NEW.photo_id AND term_id = NEW.term_id);
END;
CREATE TRIGGER decision_added AFTER INSERT ON decisions
WHEN (SELECT present FROM photos WHERE id = NEW.photo_id) BEGIN
    UPDATE terms SET photos = photos + 1 WHERE id = NEW.term_id AND NEW.confirmed;
    UPDATE suggested SET photos = photos - 1, doubtful = doubtful - (s.probability < 0.8)
        FROM suggestions AS s WHERE s.photo_id = NEW.photo_id AND s.term_id = NEW.term_id
        AND suggested.model_id = s.model_id AND suggested.term_id = NEW.term_id;
END;
CREATE TRIGGER decision_removed AFTER DELETE ON decisions
WHEN (SELECT present FROM photos WHERE id = OLD.photo_id) BEGIN
    UPDATE terms SET photos = photos - 1 WHERE id = OLD.term_id AND OLD.confirmed;
    UPDATE suggested SET photos = photos + 1, doubtful = doubtful + (s.probability < 0.8)
        FROM suggestions AS s WHERE s.photo_id = OLD.photo_id AND s.term_id = OLD.term_id
        AND suggested.model_id = s.model_id AND suggested.term_id = OLD.term_id;
END;
CREATE TRIGGER decision_changed AFTER UPDATE OF term_id, confirmed ON decisions
WHEN (SELECT present FROM photos WHERE id = NEW.photo_id) BEGIN
    UPDATE terms SET photos = photos - 1 WHERE id = OLD.term_id AND OLD.confirmed;
    UPDATE terms SET photos = photos + 1 WHERE id = NEW.term_id AND NEW.confirmed;
    UPDATE suggested SET photos = photos + 1, doubtful = doubtful + (s.probability < 0.8)
        FROM suggestions AS s WHERE s.photo_id = NEW.photo_id AND s.term_id = OLD.term_id
        AND suggested.model_id = s.model_id AND suggested.term_id = OLD.term_id;
    UPDATE suggested SET photos = photos - 1, doubtful = doubtful - (s.probability < 0.8)
        FROM suggestions AS s WHERE s.photo_id = NEW.photo_id AND s.term_id = NEW.term_id
        AND suggested.model_id = s.model_id AND suggested.term_id = NEW.term_id;
END;
CREATE TRIGGER tags_of_photo_shown AFTER UPDATE OF present ON photos
WHEN OLD.present != NEW.present BEGIN
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

CREATE INDEX photos_away ON photos (id) WHERE NOT present;
-- The photos of a camera without reading any of them: someone who types asks at each letter.
CREATE INDEX photos_by_camera ON photos (camera, present) WHERE camera IS NOT NULL;
CREATE INDEX photos_by_lens ON photos (lens, present) WHERE lens IS NOT NULL;
-- What was answered where a model had asked.
CREATE INDEX decisions_answered ON decisions (term_id, model_id, score, confirmed)
    WHERE source = 'person' AND (NOT confirmed OR model_id IS NOT NULL);
"""
