"""The main job from outside: the installed command indexes a folder and finds the right photo.

Usage: python tests/smoke.py WORK_FOLDER
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

PHOTOS = Path(__file__).parent / "data" / "photos"
QUERIES = {"a cat": "cat.jpg", "a cup of coffee": "coffee.jpg", "a rocket": "rocket.jpg"}


def photoclip(library: Path, *arguments: str) -> object:
    command = ["photoclip", *arguments, "--library", str(library), "--json"]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def main(work: Path) -> None:
    photos = work / "photos"
    shutil.copytree(PHOTOS, photos)
    library = work / "library.photoclip"
    report = photoclip(library, "index", str(photos))
    print("index:", report)
    assert isinstance(report, dict)
    assert report["found"] == report["indexed"] == 7, report
    for query, expected in QUERIES.items():
        found = photoclip(library, "search", query, "-n", "1")
        print(f"search {query!r}:", found)
        assert isinstance(found, list)
        assert Path(found[0]["path"]).name == expected, found
    print("tags:", photoclip(library, "tags", str(photos / "cat.jpg"), "--labels", "cat,dog"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
