"""Writing and reading the file of a vector: safetensors with float64 tensors only."""
import json
import struct

import torch


def encode(metadata, tensors):
    """The bytes of a vector; the same input gives the same bytes."""
    header, data = {"__metadata__": {"flatcheck": json.dumps(metadata)}}, b""
    for name, tensor in tensors.items():
        values = tensor.detach().double().contiguous().reshape(-1).tolist()
        begin = len(data)
        data += struct.pack(f"<{len(values)}d", *values)
        header[name] = {"dtype": "F64", "shape": list(tensor.shape), "data_offsets": [begin, len(data)]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def decode(content):
    """Metadata and tensors of bytes that `encode` made."""
    (length,) = struct.unpack_from("<Q", content)
    header = json.loads(content[8 : 8 + length])
    metadata = json.loads(header.pop("__metadata__")["flatcheck"])
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        values = struct.unpack(f"<{(end - begin) // 8}d", content[8 + length + begin : 8 + length + end])
        tensors[name] = torch.tensor(values, dtype=torch.float64).reshape(entry["shape"])
    return metadata, tensors
