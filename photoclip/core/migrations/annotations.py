"""What a person says: tags, ratings, captions, albums; and the words of files, to be found."""

from typing import Final

ANNOTATIONS: Final = """
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
