"""Each filter has an index that answers it alone, and a folder's words are kept once."""

from typing import Final

COVERINGS: Final = """
-- An index covers a query only with every column in it that the query names, also where it holds
-- no other rows.
DROP INDEX photos_shown;
CREATE INDEX photos_shown ON photos (sort_time DESC, id DESC, present) WHERE present;
CREATE INDEX photos_by_type ON photos (format);
-- Shapes as `filters` tells them, in its very words.
CREATE INDEX photos_square ON photos (width, height)
    WHERE abs(width - height) * 50 <= max(width, height);
CREATE INDEX photos_landscape ON photos (width, height)
    WHERE width > height AND abs(width - height) * 50 > max(width, height);
CREATE INDEX photos_portrait ON photos (width, height)
    WHERE width < height AND abs(width - height) * 50 > max(width, height);
CREATE INDEX photos_panoramic ON photos (width, height)
    WHERE max(width, height) >= 2 * min(width, height);
CREATE INDEX photos_placed ON photos (latitude, longitude) WHERE latitude IS NOT NULL;
CREATE INDEX annotations_favourite ON annotations (favourite) WHERE favourite;
CREATE INDEX annotations_captioned ON annotations (photo_id) WHERE caption != '';
CREATE INDEX decisions_rejected ON decisions (photo_id, confirmed) WHERE NOT confirmed;
CREATE INDEX files_in_directory ON files (directory_id, photo_id, missing)
    WHERE photo_id IS NOT NULL AND NOT missing;

-- File names and captions; the row's id is the photo's. Those of folders stood here too, written
-- again for each photo.
CREATE VIRTUAL TABLE words_of_photos USING fts5 (
    names, caption, columnsize = 0, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);
-- Parts of the index are merged sixteen at a time: the words of a million photos pass through fewer
-- merges, and a question looks into a few more parts.
INSERT INTO words_of_photos (words_of_photos, rank) VALUES ('automerge', 16);
INSERT INTO words_of_photos (rowid, names, caption) SELECT rowid, names, caption FROM words;
DROP TABLE words;
ALTER TABLE words_of_photos RENAME TO words;
-- Paths of folders; the row's id is the directory's.
CREATE VIRTUAL TABLE folder_words USING fts5 (
    path, columnsize = 0, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);
-- The directories whose row in `folder_words` has to be written.
CREATE TABLE unread_folders (directory_id INTEGER PRIMARY KEY);
INSERT INTO unread_folders SELECT id FROM directories;
CREATE TRIGGER words_of_folder_added AFTER INSERT ON directories BEGIN
    INSERT INTO unread_folders SELECT NEW.id
        WHERE NEW.id NOT IN (SELECT directory_id FROM unread_folders);
END;
CREATE TRIGGER words_of_folder_changed AFTER UPDATE OF path ON directories BEGIN
    INSERT INTO unread_folders SELECT NEW.id
        WHERE NEW.id NOT IN (SELECT directory_id FROM unread_folders);
END;
CREATE TRIGGER words_of_folder_removed AFTER DELETE ON directories BEGIN
    DELETE FROM unread_folders WHERE directory_id = OLD.id;
    DELETE FROM folder_words WHERE rowid = OLD.id;
END;
"""
