"""Model directories of vigil through PyPI's safetensors and back: float32, bf16 and int8 weights, and an adapter.

    pip install safetensors torch
    python Tests/Peers/safetensors_round_trip.py .build/release/vigil MODEL_DIR [ADAPTER]

Converts MODEL_DIR to each precision with `vigil model convert`, reads the file with safetensors, checks that every value is
what the precision promises, writes it again with safetensors and lets vigil read that: the model's hash must not change.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file


def vigil(program, *arguments):
    return subprocess.run([program, *arguments], check=True, capture_output=True, text=True).stdout


def model_hash(program, directory, *more):
    return json.loads(vigil(program, "model", "show", str(directory), "--json", *more))["hash"]


def rewrite(path):
    """Reads and writes a file with PyPI's safetensors."""
    with safe_open(path, "pt") as file:
        metadata = file.metadata()
    save_file(load_file(path), path, metadata=metadata)


def main():
    program, source = sys.argv[1], pathlib.Path(sys.argv[2])
    original = load_file(source / "model.safetensors")
    with tempfile.TemporaryDirectory() as folder:
        for precision in ("float32", "bf16", "int8"):
            target = pathlib.Path(folder) / precision
            vigil(program, "model", "convert", str(source), "--adapter", "none", "--weights", precision, "--out", str(target))
            stored = load_file(target / "model.safetensors")
            worst = 0.0
            for name, value in original.items():
                got = stored[name].float()
                if stored[name].dtype == torch.int8:
                    got = got * stored[name + ".scale"][:, None]
                worst = max(worst, ((got - value).abs().max() / value.abs().max().clamp_min(1e-12)).item())
            before = model_hash(program, target)
            rewrite(target / "model.safetensors")
            same = model_hash(program, target) == before
            size = (target / "model.safetensors").stat().st_size
            print(f"{precision}: {len(stored)} tensors, {size} bytes, worst error {worst:.2e} of a tensor's largest, "
                  f"hash after PyPI's safetensors wrote it {'the same' if same else 'DIFFERENT'}")
            assert same and worst <= {"float32": 0, "bf16": 2**-8, "int8": 1 / 250}[precision]
        for name in sys.argv[3:]:
            before = model_hash(program, source, "--adapter", name)
            rewrite(source / "adapters" / f"{name}.safetensors")
            assert model_hash(program, source, "--adapter", name) == before
            print(f"adapter {name}: the same after PyPI's safetensors wrote it")


if __name__ == "__main__":
    main()
