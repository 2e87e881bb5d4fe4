"""rclip 3.3.0 beside us: in its own virtual environment, with the same random weights as our model.

Everything is made once and kept in the cache folder of the machine. What exports the weights to
ONNX (onnx, onnxscript) lies in a folder of its own, so that neither side depends on it.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from platformdirs import user_cache_path

ARCHITECTURE = "ViT-B-32-256"

_PEER = "rclip==3.3.0"
_EXPORTER = ("onnx", "onnxscript", "onnx_ir", "ml_dtypes", "protobuf", "typing_extensions")
_SEED = 0

# As rclip lays out its folder. It only looks whether the text files are there while it indexes.
_GRAPH = "ViT-B-32-256-datacomp_s34b_b86k/visual.onnx"
_UNREAD = (
    "ViT-B-32-256-datacomp_s34b_b86k/textual.onnx",
    "tokenizer/bpe_simple_vocab_16e6.txt.gz",
)

_MAKE_MODEL = f"""
import json, sys
from pathlib import Path
import open_clip, torch
from safetensors.torch import save_file
folder = Path(sys.argv[1])
torch.manual_seed({_SEED})
model = open_clip.create_model("{ARCHITECTURE}")
config = {{"model_cfg": open_clip.get_model_config("{ARCHITECTURE}"), "preprocess_cfg": {{}}}}
(folder / "open_clip_config.json").write_text(json.dumps(config))
state = {{name: value.contiguous() for name, value in model.state_dict().items()}}
save_file(state, folder / "open_clip_model.safetensors")
"""
_EXPORT = f"""
import sys
import open_clip, torch
from safetensors.torch import load_file
model = open_clip.create_model("{ARCHITECTURE}").eval()
model.load_state_dict(load_file(sys.argv[1]))
torch.onnx.export(
    model.visual, (torch.zeros(2, 3, 256, 256),), sys.argv[2], dynamo=True, external_data=False,
    input_names=["input"], output_names=["output"],
    dynamic_shapes={{"x": {{0: torch.export.Dim.DYNAMIC}}}},
)
"""
# What its command does before it searches, with the model loaded before the clock starts.
_INDEX = """
import json, os, sys, time
from rclip import main, model
begin = model.Model.__init__
def loaded(self):
    begin(self)
    self._session_visual
model.Model.__init__ = loaded
index, took = main.RClip.ensure_index, []
def timed(self, folder):
    start = time.perf_counter()
    index(self, folder)
    took.append(time.perf_counter() - start)
main.RClip.ensure_index = timed
_, _, database = main.init_rclip(sys.argv[1], 8)
(count,) = database._con.execute("SELECT count(*) FROM images").fetchone()
print(json.dumps({"photos": count, "seconds": took[0]}))
sys.stdout.flush()
os._exit(0)
"""


@dataclass(frozen=True)
class Peer:
    """rclip, ready to index.

    Attributes:
        models: the folder in which our model of the same weights lies, called as `ARCHITECTURE`.
        cache: for whatever our side remembers of it.
    """

    python: Path
    graph: Path
    models: Path
    cache: Path

    def photos_per_second(self, folder: Path, photos: int) -> float:
        """Index a folder of so many photos into a new database."""
        with TemporaryDirectory() as name:
            data = Path(name)
            for file in (_GRAPH, *_UNREAD):
                (data / file).parent.mkdir(exist_ok=True)
                (data / file).touch()
            (data / _GRAPH).unlink()
            (data / _GRAPH).symlink_to(self.graph)
            told = _run([self.python, "-c", _INDEX, folder], {"RCLIP_DATADIR": name})
        figures = json.loads(told.splitlines()[-1])
        assert figures["photos"] == photos, f"rclip indexed {figures['photos']} of {photos}"
        return photos / float(figures["seconds"])


def prepare() -> Peer:
    """Make what is not there yet: minutes and a gigabyte the first time."""
    home = user_cache_path("photoclip") / "benchmarks"
    python = home / "rclip" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not (home / "rclip" / "ready").exists():
        _run([sys.executable, "-m", "venv", home / "rclip"])
        _run([python, "-m", "pip", "install", "-q", _PEER])
        (home / "rclip" / "ready").touch()
    model = home / "models" / ARCHITECTURE
    weights = model / "open_clip_model.safetensors"
    if not weights.exists():
        model.mkdir(parents=True, exist_ok=True)
        _run([sys.executable, "-c", _MAKE_MODEL, model])
    graph = home / "visual.onnx"
    if not graph.exists():
        with TemporaryDirectory() as exporter:
            pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", exporter]
            _run([*pip, *_EXPORTER])
            unfinished = home / "unfinished.onnx"
            _run([sys.executable, "-c", _EXPORT, weights, unfinished], {"PYTHONPATH": exporter})
            unfinished.rename(graph)
    return Peer(python, graph, home / "models", home)


def _run(command: list[object], environment: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{done.stderr[-2000:]}\nThe benchmark's peer could not be made ready or run.")
    return done.stdout
