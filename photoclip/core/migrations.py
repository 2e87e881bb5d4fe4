"""The library's schema, one migration after another. A released migration is never edited.

Paths are stored as bytes (`os.fsencode`), since a file name need not be valid text. A photo is a
content; files point to it; what a person or a model says of it hangs on the photo.
"""

import sqlite3

from sqlite_utils import Database, Migrations

migrations = Migrations("photoclip")


@migrations()
def first_light(db: Database) -> None:
    """Roots, folders, files, photos, models, vectors, suggested tags."""
    statements = """
    CREATE TABLE roots (
        id INTEGER PRIMARY KEY,
        path BLOB NOT NULL UNIQUE
    );
    CREATE TABLE photos (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        hash TEXT NOT NULL UNIQUE,
        -- whether a file with this content was there at the last scan; kept by the triggers below
        present INTEGER NOT NULL DEFAULT 0,
        sort_time INTEGER NOT NULL,
        width INTEGER NOT NULL,
        height INTEGER NOT NULL,
        format TEXT NOT NULL,
        size INTEGER NOT NULL,
        captured_at TEXT,
        captured_offset INTEGER,
        camera TEXT,
        lens TEXT,
        latitude REAL,
        longitude REAL,
        exposure_time REAL,
        f_number REAL,
        iso INTEGER,
        focal_length REAL,
        added_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
    );
    CREATE INDEX photos_shown ON photos (sort_time DESC, id DESC) WHERE present;
    CREATE TABLE directories (
        id INTEGER PRIMARY KEY,
        path BLOB NOT NULL UNIQUE
    );
    -- A file has either a photo or a failure; size and mtime tell whether it has changed since.
    CREATE TABLE files (
        id INTEGER PRIMARY KEY,
        directory_id INTEGER NOT NULL REFERENCES directories (id),
        name BLOB NOT NULL,
        size INTEGER NOT NULL,
        mtime_ns INTEGER NOT NULL,
        missing INTEGER NOT NULL DEFAULT 0,
        photo_id INTEGER REFERENCES photos (id),
        failure TEXT,
        permanent INTEGER,
        -- what failed to read it: another decoder gets another try
        decoder TEXT,
        UNIQUE (directory_id, name)
    );
    CREATE INDEX files_photo ON files (photo_id) WHERE photo_id IS NOT NULL;
    CREATE INDEX files_failed ON files (id) WHERE failure IS NOT NULL AND NOT missing;
    CREATE TRIGGER file_added AFTER INSERT ON files WHEN NEW.photo_id IS NOT NULL BEGIN
        UPDATE photos SET present = 1 WHERE id = NEW.photo_id AND NOT NEW.missing;
    END;
    CREATE TRIGGER file_changed AFTER UPDATE OF photo_id, missing ON files
    WHEN OLD.photo_id IS NOT NEW.photo_id OR OLD.missing IS NOT NEW.missing BEGIN
        UPDATE photos SET present = EXISTS (
            SELECT 1 FROM files WHERE files.photo_id = photos.id AND NOT files.missing
        ) WHERE id IN (OLD.photo_id, NEW.photo_id);
    END;
    CREATE TRIGGER file_removed AFTER DELETE ON files WHEN OLD.photo_id IS NOT NULL BEGIN
        UPDATE photos SET present = EXISTS (
            SELECT 1 FROM files WHERE files.photo_id = photos.id AND NOT files.missing
        ) WHERE id = OLD.photo_id;
    END;
    CREATE TABLE models (
        id INTEGER PRIMARY KEY,
        key TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL
    );
    -- An id is never used twice, so that "greater than the last one seen" finds all that is new.
    CREATE TABLE vectors (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        model_id INTEGER NOT NULL REFERENCES models (id),
        photo_id INTEGER NOT NULL REFERENCES photos (id),
        vector BLOB NOT NULL,
        -- which vocabulary and thresholds the suggestions below were made with
        tagged_with TEXT,
        UNIQUE (model_id, photo_id)
    );
    CREATE INDEX vectors_tagged ON vectors (model_id, tagged_with);
    CREATE TABLE terms (
        id INTEGER PRIMARY KEY,
        term TEXT NOT NULL UNIQUE
    );
    CREATE TABLE suggestions (
        photo_id INTEGER NOT NULL REFERENCES photos (id),
        model_id INTEGER NOT NULL REFERENCES models (id),
        term_id INTEGER NOT NULL REFERENCES terms (id),
        probability REAL NOT NULL,
        PRIMARY KEY (photo_id, model_id, term_id)
    ) WITHOUT ROWID;
    CREATE INDEX suggestions_term ON suggestions (model_id, term_id, photo_id);
    -- Settings of this library: which model answers, for one.
    CREATE TABLE settings (
        name TEXT PRIMARY KEY,
        value TEXT NOT NULL
    ) WITHOUT ROWID;
    """
    _run(db, statements)


@migrations()
def annotations(db: Database) -> None:
    """What a person says: tags, ratings, captions, albums; and the words of files, to be found."""
    statements = """
    CREATE TABLE annotations (
        photo_id INTEGER PRIMARY KEY REFERENCES photos (id),
        -- 1 to 5 stars, 0 none, -1 rejected, as XMP has it
        rating INTEGER NOT NULL DEFAULT 0,
        favourite INTEGER NOT NULL DEFAULT 0,
        caption TEXT NOT NULL DEFAULT '',
        -- when a person last did so here; '' where it only came with the file
        changed_at TEXT NOT NULL DEFAULT ''
    );
    CREATE INDEX annotations_rated ON annotations (rating, photo_id) WHERE rating != 0;
    -- Tags that are a person's own, or rejected. What a model suggests stays in `suggestions`.
    CREATE TABLE decisions (
        photo_id INTEGER NOT NULL REFERENCES photos (id),
        term_id INTEGER NOT NULL REFERENCES terms (id),
        confirmed INTEGER NOT NULL,
        -- "person", or "file" where the tag came with the photo
        source TEXT NOT NULL,
        -- which model had suggested it, and how surely
        model_id INTEGER REFERENCES models (id),
        score REAL,
        decided_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
        PRIMARY KEY (photo_id, term_id)
    ) WITHOUT ROWID;
    CREATE INDEX decisions_term ON decisions (term_id, confirmed, photo_id);
    CREATE TABLE albums (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        -- of a live album: the query, as it is written in the search bar
        query TEXT
    );
    CREATE TABLE album_photos (
        album_id INTEGER NOT NULL REFERENCES albums (id),
        photo_id INTEGER NOT NULL REFERENCES photos (id),
        PRIMARY KEY (album_id, photo_id)
    ) WITHOUT ROWID;
    CREATE INDEX album_photos_photo ON album_photos (photo_id);
    -- A person's changes to the built-in vocabulary, one entry of JSON a term.
    CREATE TABLE own_terms (
        term TEXT PRIMARY KEY,
        entry TEXT NOT NULL
    ) WITHOUT ROWID;
    -- How sure a model's scores make one of a term, as the person's answers have shown.
    CREATE TABLE curves (
        model_id INTEGER NOT NULL REFERENCES models (id),
        term_id INTEGER NOT NULL REFERENCES terms (id),
        slope REAL NOT NULL,
        intercept REAL NOT NULL,
        PRIMARY KEY (model_id, term_id)
    ) WITHOUT ROWID;
    -- What a model was taught of the person's own words, with what came of it; shares in 0..1.
    CREATE TABLE adapters (
        model_id INTEGER PRIMARY KEY REFERENCES models (id),
        taught_at TEXT NOT NULL,
        pairs INTEGER NOT NULL,
        recall_before REAL NOT NULL,
        recall_after REAL NOT NULL,
        known_before REAL NOT NULL,
        known_after REAL NOT NULL,
        -- a megabyte, and so the last: what stands before it is read without it
        adapter BLOB NOT NULL
    );
    -- Tags that a model looks for because the person asked it to, and what examples taught it.
    CREATE TABLE personal_tags (
        model_id INTEGER NOT NULL REFERENCES models (id),
        term_id INTEGER NOT NULL REFERENCES terms (id),
        -- a hash of all it was learned from, and as float32 what was; NULL for too few examples
        learned_from TEXT NOT NULL DEFAULT '',
        learned BLOB,
        -- the last vector that it was asked about
        last_vector INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (model_id, term_id)
    ) WITHOUT ROWID;
    -- File names, folder names and captions; the row's id is the photo's.
    CREATE VIRTUAL TABLE words USING fts5 (
        names, folders, caption, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
    );
    -- The photos whose row in `words` has to be written anew.
    CREATE TABLE unread_words (photo_id INTEGER PRIMARY KEY);
    INSERT INTO unread_words SELECT id FROM photos;
    -- NOT IN, since the conflict clause of the statement that fires a trigger overrides its own.
    CREATE TRIGGER words_of_file_added AFTER INSERT ON files WHEN NEW.photo_id IS NOT NULL BEGIN
        INSERT INTO unread_words SELECT NEW.photo_id
            WHERE NEW.photo_id NOT IN (SELECT photo_id FROM unread_words);
    END;
    CREATE TRIGGER words_of_file_changed
    AFTER UPDATE OF photo_id, directory_id, name ON files BEGIN
        INSERT INTO unread_words SELECT id FROM photos
            WHERE id IN (OLD.photo_id, NEW.photo_id)
            AND id NOT IN (SELECT photo_id FROM unread_words);
    END;
    CREATE TRIGGER words_of_file_removed AFTER DELETE ON files WHEN OLD.photo_id IS NOT NULL BEGIN
        INSERT INTO unread_words SELECT OLD.photo_id
            WHERE OLD.photo_id NOT IN (SELECT photo_id FROM unread_words);
    END;
    CREATE TRIGGER words_of_caption_added AFTER INSERT ON annotations WHEN NEW.caption != '' BEGIN
        INSERT INTO unread_words SELECT NEW.photo_id
            WHERE NEW.photo_id NOT IN (SELECT photo_id FROM unread_words);
    END;
    CREATE TRIGGER words_of_caption_changed AFTER UPDATE OF caption ON annotations
    WHEN OLD.caption != NEW.caption BEGIN
        INSERT INTO unread_words SELECT NEW.photo_id
            WHERE NEW.photo_id NOT IN (SELECT photo_id FROM unread_words);
    END;
    CREATE TRIGGER words_of_caption_removed AFTER DELETE ON annotations WHEN OLD.caption != '' BEGIN
        INSERT INTO unread_words SELECT OLD.photo_id
            WHERE OLD.photo_id NOT IN (SELECT photo_id FROM unread_words);
    END;
    -- By which `own.VERSION` the file was read for what a person said of it in other programs.
    ALTER TABLE files ADD COLUMN own_read INTEGER NOT NULL DEFAULT 0;
    -- Of a file that cannot be read: the photo it held before, as while it is being rewritten.
    ALTER TABLE files ADD COLUMN former_photo_id INTEGER REFERENCES photos (id);
    -- What a photo's hash was before another program wrote into its file.
    CREATE TABLE former_hashes (
        hash TEXT PRIMARY KEY,
        photo_id INTEGER NOT NULL REFERENCES photos (id)
    ) WITHOUT ROWID;
    -- What other programs and this one told one another of a file's photo.
    CREATE TABLE sidecars (
        file_id INTEGER PRIMARY KEY REFERENCES files (id) ON DELETE CASCADE,
        -- sizes and times of its sidecars when they were last read
        seen TEXT NOT NULL DEFAULT '',
        -- what was last read from file and sidecars, and last written; JSON
        read TEXT,
        written TEXT,
        -- the keywords in the file alone; JSON
        in_file TEXT
    );
    -- The photos of which a person has said something since it was last written to sidecars.
    CREATE TABLE unwritten (photo_id INTEGER PRIMARY KEY);
    CREATE TRIGGER unwritten_decision AFTER INSERT ON decisions WHEN NEW.source != 'file' BEGIN
        INSERT INTO unwritten SELECT NEW.photo_id
            WHERE NEW.photo_id NOT IN (SELECT photo_id FROM unwritten);
    END;
    CREATE TRIGGER unwritten_decision_removed AFTER DELETE ON decisions BEGIN
        INSERT INTO unwritten SELECT OLD.photo_id
            WHERE OLD.photo_id NOT IN (SELECT photo_id FROM unwritten);
    END;
    CREATE TRIGGER unwritten_annotation AFTER INSERT ON annotations
    WHEN NEW.rating != 0 OR NEW.caption != '' BEGIN
        INSERT INTO unwritten SELECT NEW.photo_id
            WHERE NEW.photo_id NOT IN (SELECT photo_id FROM unwritten);
    END;
    CREATE TRIGGER unwritten_annotation_changed AFTER UPDATE OF rating, caption ON annotations
    WHEN OLD.rating != NEW.rating OR OLD.caption != NEW.caption BEGIN
        INSERT INTO unwritten SELECT NEW.photo_id
            WHERE NEW.photo_id NOT IN (SELECT photo_id FROM unwritten);
    END;
    CREATE TRIGGER unwritten_annotation_removed AFTER DELETE ON annotations
    WHEN OLD.rating != 0 OR OLD.caption != '' BEGIN
        INSERT INTO unwritten SELECT OLD.photo_id
            WHERE OLD.photo_id NOT IN (SELECT photo_id FROM unwritten);
    END;
    """
    _run(db, statements)


@migrations()
def counts(db: Database) -> None:
    """What is asked all the time is counted as rows come and go, and unchanged folders are told.

    The triggers rely on `PRAGMA recursive_triggers`: what REPLACE takes away is counted off. They
    insert only where nothing is, since the conflict clause of a statement overrides theirs.
    """
    statements = """
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
    _run(db, statements)


def _run(db: Database, statements: str) -> None:
    """Run several statements inside the open transaction, which `executescript` would commit."""
    statement = ""
    for line in statements.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            db.execute(statement)
            statement = ""
