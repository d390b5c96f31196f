#!/usr/bin/env python3
"""Makes golden/vectors with PyTorch in float64: python3 golden/pytorch/make.py

With --check it writes nothing and compares with the files that are there: questions to the last bit, answers to 1e-12.
"""
import argparse
import pathlib
import sys

sys.dont_write_bytecode = True

import torch

import autoencoders
import classifiers
from cases import generic
from degenerate import degenerate
from flaws import flawed
from vector_file import decode, encode

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "vectors"
AGREEMENT = 1e-12


def answer(case, objective, **flaw):
    """`expect.*` by the rest of the name."""
    side = classifiers if case.net["kind"] == "classifier" else autoencoders
    return side.answer(case.network(), case.batch(), objective, **flaw)


def vector(case, expected, flaw=None):
    metadata = {"version": 1, "id": case.name, "net": case.net, "objective": case.objective}
    metadata["producer"] = "PyTorch float64, golden/pytorch"
    if flaw is not None:
        metadata.update(valid=False, flaw=flaw)
    tensors = {**case.given, **{f"expect.{k}": v for k, v in expected.items()}}
    for name, tensor in tensors.items():
        if not torch.isfinite(tensor).all():
            raise RuntimeError(f"{case.name}: {name} is not finite")
    return metadata, tensors


def vectors():
    for case in [*generic(), *degenerate()]:
        yield vector(case, answer(case, case.objective))
    for case, flaw, expected in flawed(answer):
        yield vector(case, expected, flaw)


def differences(made, there):
    """What of two vectors differs, in words."""
    (metadata, tensors), (old_metadata, old_tensors) = made, there
    if metadata != old_metadata:
        yield "metadata"
    if list(tensors) != list(old_tensors):
        yield "names of tensors"
        return
    for name, tensor in tensors.items():
        difference = float((tensor - old_tensors[name]).norm())
        limit = AGREEMENT * max(1.0, float(tensor.norm())) if name.startswith("expect.") else 0
        if difference > limit:
            yield f"{name} by {difference:.1e}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=FOLDER)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    made = {f"{metadata['id']}.safetensors": (metadata, tensors) for metadata, tensors in vectors()}
    if not arguments.check:
        arguments.out.mkdir(parents=True, exist_ok=True)
        for name, (metadata, tensors) in made.items():
            (arguments.out / name).write_bytes(encode(metadata, tensors))
        print(f"wrote {len(made)} vectors to {arguments.out}")
        return 0
    there = {path.name: decode(path.read_bytes()) for path in sorted(arguments.out.glob("*.safetensors"))}
    wrong = [f"{name}: not there" for name in made if name not in there]
    wrong += [f"{name}: not made by this program" for name in there if name not in made]
    for name in made.keys() & there.keys():
        wrong += [f"{name}: differs in {what}" for what in differences(made[name], there[name])]
    print("\n".join(sorted(wrong)) or f"{len(made)} vectors agree")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
