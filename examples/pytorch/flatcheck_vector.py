"""Writes a conformance vector (docs/vectors.md). Copy this file beside your code; it needs nothing but PyTorch."""
import json
import struct


def write_vector(path, id, net, objective, params, grads, inputs, expected):
    """`params` and `grads` by the names of the format; `inputs` such as x and noise; `expected` the loss and its terms."""
    tensors = {f"param.{name}": value for name, value in params.items()}
    tensors.update({f"input.{name}": value for name, value in inputs.items()})
    tensors.update({f"expect.{name}": value for name, value in expected.items()})
    tensors.update({f"expect.grad.{name}": value for name, value in grads.items()})
    metadata = {"version": 1, "id": id, "net": net, "objective": objective, "producer": "PyTorch"}
    header, data = {"__metadata__": {"flatcheck": json.dumps(metadata)}}, b""
    for name, value in tensors.items():
        numbers = value.detach().double().reshape(-1).tolist()
        offsets = [len(data), len(data) + 8 * len(numbers)]
        header[name] = {"dtype": "F64", "shape": list(value.shape), "data_offsets": offsets}
        data += struct.pack(f"<{len(numbers)}d", *numbers)
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)
