"""What was said of a photo, said of the one that has taken its place."""

from sqlite_utils import Database

from photoclip.core.annotations import FILE

# What a person said here comes before what only came with a file.
_DECISIONS = (
    "INSERT INTO decisions SELECT :heir, term_id, confirmed, source, model_id, score, decided_at"
    " FROM decisions WHERE photo_id = :photo ON CONFLICT DO UPDATE SET"
    " confirmed = excluded.confirmed, source = excluded.source, model_id = excluded.model_id,"
    " score = excluded.score, decided_at = excluded.decided_at"
    f" WHERE source = '{FILE}' AND excluded.source != '{FILE}'"
)
_KEPT = "({0} != {1} AND (changed_at != '' OR excluded.changed_at = '') OR excluded.{0} = {1})"
_ANNOTATIONS = (
    "INSERT INTO annotations SELECT :heir, rating, favourite, caption, changed_at"
    " FROM annotations WHERE photo_id = :photo ON CONFLICT DO UPDATE SET"
    f" rating = CASE WHEN {_KEPT.format('rating', '0')} THEN rating ELSE excluded.rating END,"
    " favourite = max(favourite, excluded.favourite),"
    f" caption = CASE WHEN {_KEPT.format('caption', chr(39) * 2)} THEN caption"
    " ELSE excluded.caption END, changed_at = max(changed_at, excluded.changed_at)"
)
_ALBUMS = (
    "INSERT OR IGNORE INTO album_photos SELECT album_id, :heir FROM album_photos"
    " WHERE photo_id = :photo"
)


def inherit(db: Database, photo_id: int, heir: int) -> None:
    """Let a photo have the tags, rating, caption and albums of another. Inside a write.

    What a person said of the heir itself stays. The other keeps its own, should it come back.
    """
    for statement in (_DECISIONS, _ANNOTATIONS, _ALBUMS):
        db.execute(statement, {"photo": photo_id, "heir": heir})
