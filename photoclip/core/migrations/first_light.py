"""Roots, folders, files, photos, models, vectors, suggested tags."""

from typing import Final

FIRST_LIGHT: Final = """
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
